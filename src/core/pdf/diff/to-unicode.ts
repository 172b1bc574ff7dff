import { fromLatin1 } from '../../bytes/bytes.ts'

/** The text of a string of codes. */
export type CodeMap = (bytes: Uint8Array) => string

const MAX_CODES = 100_000

/** A ToUnicode CMap (ISO 32000-2, 9.10.3): bfchar and bfrange with hex operands. Null when it maps nothing. */
export function parseToUnicode(data: Uint8Array): CodeMap | null {
  const text = fromLatin1(data)
  const map: Codes = new Map()
  const budget = { left: MAX_CODES }
  for (const [, body = ''] of text.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const pair of body.match(/<[0-9A-Fa-f\s]+>\s*<[0-9A-Fa-f\s]*>/g) ?? []) {
      const code = squeeze(pair.slice(1, pair.indexOf('>')))
      const target = squeeze(pair.slice(pair.lastIndexOf('<') + 1, -1))
      if (map.size < MAX_CODES) set(map, code.length, Number.parseInt(code, 16), utf16(target))
    }
  }
  for (const [, body = ''] of text.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) readRanges(body, map, budget)
  if (map.size === 0) return null
  const widths = [...new Set([...map.keys()].map((key) => Math.floor(key / WIDTH)))].toSorted((a, b) => b - a)
  return (bytes) => decode(bytes, map, widths)
}

/** Text by width and code in one number. */
type Codes = Map<number, string>
/** Codes have at most four octets (9.7.6.2). */
const WIDTH = 2 ** 32

/** @param digits of the code as written, in hex; half an octet is no code */
function set(map: Codes, digits: number, code: number, target: string): void {
  if (digits % 2 === 0 && digits <= 8) map.set((digits / 2) * WIDTH + code, target)
}

const squeeze = (hex: string): string => hex.replace(/\s+/g, '')

function utf16(hex: string): string {
  let out = ''
  for (let i = 0; i + 4 <= hex.length; i += 4) out += String.fromCharCode(Number.parseInt(hex.slice(i, i + 4), 16))
  return out
}

function readRanges(body: string, map: Codes, budget: { left: number }): void {
  const pattern = /<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[([^\]]*)\])/g
  for (const [, low = '', high = '', target, list] of body.matchAll(pattern)) {
    const [from, to] = [Number.parseInt(low, 16), Number.parseInt(high, 16)]
    const items =
      list === undefined ? null : [...list.matchAll(/<([0-9A-Fa-f\s]*)>/g)].map(([, hex = '']) => squeeze(hex))
    for (let code = from; code <= to && budget.left > 0; code++, budget.left--) {
      set(map, low.length, code, items ? utf16(items[code - from] ?? '') : shifted(target ?? '', code - from))
    }
  }
}

/** The target with its last unit moved on. */
function shifted(target: string, by: number): string {
  const text = utf16(squeeze(target))
  return text.slice(0, -1) + String.fromCharCode((text.charCodeAt(text.length - 1) + by) & 0xffff)
}

/** Codes that the map does not know become U+FFFD: then the text equals no value. */
function decode(bytes: Uint8Array, map: Codes, widths: readonly number[]): string {
  let out = ''
  let at = 0
  while (at < bytes.length) {
    let target: string | undefined
    let width = Math.max(1, widths[0] ?? 1)
    for (const one of widths) {
      target = map.get(keyAt(bytes, at, one))
      if (target === undefined) continue
      width = one
      break
    }
    out += target ?? '\ufffd'
    at += width
  }
  return out
}

/** -1 where so many octets are not left. */
function keyAt(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.length) return -1
  let code = 0
  for (let i = at; i < at + width; i++) code = code * 256 + (bytes[i] ?? 0)
  return width * WIDTH + code
}
