/** The bundled fonts, asked for once; a failure is not remembered. */
const fonts = new Map<string, Promise<Uint8Array>>()

async function fetchFont(file: string): Promise<Uint8Array> {
  const response = await fetch(`fonts/${file}`)
  if (!response.ok) throw new TypeError(`fonts/${file}: ${String(response.status)}`)
  return new Uint8Array(await response.arrayBuffer())
}

function load(file: string): Promise<Uint8Array> {
  const known = fonts.get(file)
  if (known) return known
  const font = fetchFont(file).catch((error: unknown) => {
    fonts.delete(file)
    throw error
  })
  fonts.set(file, font)
  return font
}

/** Of texts: Latin, Cyrillic and Greek. */
export const loadFont = (): Promise<Uint8Array> => load('noto-sans.ttf')

/** Of typed marks: Latin and Cyrillic. */
export const loadHand = (): Promise<Uint8Array> => load('caveat.ttf')
