type Colour = readonly [red: number, green: number, blue: number]

const parse = (hex: string): Colour => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as never

/** WCAG 2.2, relative luminance. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Colour, other: Colour): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

const WHITE = '#ffffff'
const BLACK = '#000000'

/** Black or white, whichever reads better on this colour. */
export const inkOn = (accent: string): string =>
  contrast(parse(WHITE), parse(accent)) >= contrast(parse(accent), parse(BLACK)) ? WHITE : BLACK

/** The colour as words and lines on that ground: as near to it as can be read (4.5 to 1). */
export function readableOn(ground: string, accent: string): string {
  const behind = parse(ground)
  const from = parse(accent)
  const to = parse(inkOn(ground))
  for (let step = 0; step < 20; step++) {
    const mixed = from.map((value, at) => Math.round(value + ((to[at] ?? 0) - value) * (step / 20)))
    if (contrast(mixed as never, behind) >= 4.5) {
      return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
    }
  }
  return inkOn(ground)
}
