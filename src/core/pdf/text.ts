import { PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'

/** PDFDocEncoding where it differs from Latin-1 (ISO 32000-2, annex D.3): 0x18 to 0x1F and 0x80 to 0xA0. */
const LOW = '˘ˇˆ˙˝˛˚˜'
const HIGH = '•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\ufffd€'

const UTF16 = new TextDecoder('utf-16be')

/** The characters of a text string (7.9.2.2): UTF-16 or UTF-8 by its mark, else PDFDocEncoding. Null for another object. */
export function textOf(object: PdfObject | undefined): string | null {
  if (!(object instanceof PdfString)) return null
  const { bytes } = object
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return UTF16.decode(bytes.subarray(2))
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes.subarray(2))
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3))
  let text = ''
  for (const byte of bytes) {
    if (byte >= 0x18 && byte <= 0x1f) text += LOW[byte - 0x18] ?? ''
    else if (byte >= 0x80 && byte <= 0xa0) text += HIGH[byte - 0x80] ?? ''
    else text += String.fromCharCode(byte)
  }
  return text
}

/** A date (7.9.4); null when it is none. A missing zone is read as UTC. */
export function dateOf(object: PdfObject | undefined): Date | null {
  const match = /^D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([-+])(\d\d)'?(\d\d)?'?|Z.*)?/.exec(
    textOf(object) ?? '',
  )
  if (!match) return null
  const part = (i: number, fallback: number): number => Number(match[i] ?? fallback)
  const zone = match[7] === undefined ? 0 : (match[7] === '-' ? -1 : 1) * (part(8, 0) * 60 + part(9, 0))
  const time = Date.UTC(part(1, 0), part(2, 1) - 1, part(3, 1), part(4, 0), part(5, 0), part(6, 0)) - zone * 60_000
  return Number.isNaN(time) ? null : new Date(time)
}
