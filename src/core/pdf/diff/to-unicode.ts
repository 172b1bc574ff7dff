import { fromLatin1 } from '../../bytes/bytes.ts'

/** The text of a string of codes. */
export type CodeMap = (bytes: Uint8Array) => string

const MAX_CODES = 100_000

/** A ToUnicode CMap (ISO 32000-2, 9.10.3): bfchar and bfrange with hex operands. Null when it maps nothing. */
export function parseToUnicode(data: Uint8Array): CodeMap | null {
  const text = fromLatin1(data)
  const map = new Map<string, string>()
  for (const [, body = ''] of text.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, code = '', target = ''] of body.matchAll(/<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]*)>/g)) {
      if (map.size < MAX_CODES) map.set(squeeze(code), utf16(squeeze(target)))
    }
  }
  for (const [, body = ''] of text.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) readRanges(body, map)
  if (map.size === 0) return null
  const widths = [...new Set([...map.keys()].map((key) => key.length))].toSorted((a, b) => b - a)
  return (bytes) => decode(bytes, map, widths)
}

const squeeze = (hex: string): string => hex.replace(/\s+/g, '').toLowerCase()

function utf16(hex: string): string {
  let out = ''
  for (let i = 0; i + 4 <= hex.length; i += 4) out += String.fromCharCode(Number.parseInt(hex.slice(i, i + 4), 16))
  return out
}

function readRanges(body: string, map: Map<string, string>): void {
  const pattern = /<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]*)>|\[([^\]]*)\])/g
  for (const [, low = '', high = '', target, list] of body.matchAll(pattern)) {
    const [from, to] = [Number.parseInt(low, 16), Number.parseInt(high, 16)]
    const items =
      list === undefined ? null : [...list.matchAll(/<([0-9A-Fa-f\s]*)>/g)].map(([, hex = '']) => squeeze(hex))
    for (let code = from; code <= to && map.size < MAX_CODES; code++) {
      const key = code.toString(16).padStart(low.length, '0')
      map.set(key, items ? utf16(items[code - from] ?? '') : shifted(target ?? '', code - from))
    }
  }
}

/** The target with its last unit moved on. */
function shifted(target: string, by: number): string {
  const text = utf16(squeeze(target))
  return text.slice(0, -1) + String.fromCharCode((text.charCodeAt(text.length - 1) + by) & 0xffff)
}

/** Codes that the map does not know become U+FFFD: then the text equals no value. */
function decode(bytes: Uint8Array, map: ReadonlyMap<string, string>, widths: readonly number[]): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  let out = ''
  for (let at = 0; at < hex.length;) {
    const width = widths.find((one) => map.has(hex.slice(at, at + one)))
    out += width === undefined ? '\ufffd' : (map.get(hex.slice(at, at + width)) ?? '')
    at += width ?? Math.max(2, widths[0] ?? 2)
  }
  return out
}
