async function fetchFont(): Promise<Uint8Array> {
  const response = await fetch('fonts/noto-sans.ttf')
  if (!response.ok) throw new TypeError(`fonts/noto-sans.ttf: ${String(response.status)}`)
  return new Uint8Array(await response.arrayBuffer())
}

let font: Promise<Uint8Array> | null = null

/** The bundled font, asked for once; a failure is not remembered. */
export function loadFont(): Promise<Uint8Array> {
  font ??= fetchFont().catch((error: unknown) => {
    font = null
    throw error
  })
  return font
}
