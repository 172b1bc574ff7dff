/** The bundled TrueType font that everything written into a document is a subset of. */
let font: Promise<Uint8Array> | null = null

/** Asked for once; a failure is not remembered. */
export function documentFont(): Promise<Uint8Array> {
  font ??= load().catch((error: unknown) => {
    font = null
    throw error
  })
  return font
}

async function load(): Promise<Uint8Array> {
  const response = await fetch('fonts/noto-sans.ttf')
  if (!response.ok) throw new TypeError(`fonts/noto-sans.ttf: ${String(response.status)}`)
  return new Uint8Array(await response.arrayBuffer())
}
