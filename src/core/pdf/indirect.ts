import { SignError } from '../errors.ts'
import { PdfDict, PdfStream } from './objects.ts'
import type { PdfObject, PdfRef, Span } from './objects.ts'
import { latin1 } from '../bytes/bytes.ts'
import type { WindowReader } from './window.ts'

/** An object of the file body with the span from its number to the end of `endobj`. */
export type IndirectObject = Readonly<{ ref: PdfRef; object: PdfObject; span: Span; endobj: boolean }>

/** Says how long a stream is whose /Length is not direct; null when that cannot be found out. */
export type LengthOf = (length: PdfObject) => Promise<number | null>

const ENDSTREAM = latin1('endstream')

/**
 * Reads `12 0 obj … endobj` at an offset; stream data are located, not read.
 *
 * @throws SignError `FORMAT_MALFORMED` when no object starts there.
 */
export async function readIndirect(reader: WindowReader, offset: number, lengthOf: LengthOf): Promise<IndirectObject> {
  const head = await reader.lex(offset, (lexer) => {
    const ref = lexer.objectHeader()
    if (!ref) throw new SignError('FORMAT_MALFORMED', 'no object starts here', { details: { offset } })
    lexer.skip()
    if (lexer.word('endobj')) return { ref, object: null, end: lexer.position, endobj: true, data: -1 }
    const object = lexer.object()
    const end = lexer.position
    if (object instanceof PdfDict && lexer.word('stream')) {
      if (lexer.peek() === 13) lexer.position++
      if (lexer.peek() === 10) lexer.position++
      return { ref, object, end, endobj: false, data: lexer.position }
    }
    const endobj = lexer.word('endobj')
    return { ref, object, end: endobj ? lexer.position : end, endobj, data: -1 }
  })
  const { ref, object, data } = head
  if (data < 0 || !(object instanceof PdfDict)) {
    return { ref, object, span: { start: offset, end: head.end }, endobj: head.endobj }
  }
  const { length, after } = await streamLength(reader, object, data, lengthOf)
  const tail = await reader.lex(after, (lexer) => {
    const endobj = lexer.word('endstream') && lexer.word('endobj')
    return { end: lexer.position, endobj }
  })
  const stream = new PdfStream(object, { start: data, length, ref })
  return { ref, object: stream, span: { start: offset, end: tail.end }, endobj: tail.endobj }
}

/** Trusts /Length only if `endstream` follows; otherwise looks for it. `after` is where to look for `endstream`. */
async function streamLength(
  reader: WindowReader,
  dict: PdfDict,
  data: number,
  lengthOf: LengthOf,
): Promise<{ length: number; after: number }> {
  const declared = dict.get('Length')
  const length = typeof declared === 'number' ? declared : await lengthOf(declared)
  if (length !== null && length >= 0 && Number.isSafeInteger(length) && data + length <= reader.size) {
    const after = data + length
    if (await reader.lex(after, (lexer) => lexer.word('endstream'))) return { length, after }
  }
  const found = await findForward(reader, ENDSTREAM, data)
  if (found < 0) return { length: reader.size - data, after: reader.size }
  const before = await reader.read(found - 2, found)
  const [first, second] = [before.at(-2), before.at(-1)]
  const eol = second === 10 ? (first === 13 ? 2 : 1) : second === 13 ? 1 : 0
  return { length: Math.max(0, found - eol - data), after: found }
}

const STEP = 1 << 16

/** Offset of the first occurrence at or after `from`, -1 when there is none before `to`. */
export async function findForward(
  reader: WindowReader,
  pattern: Uint8Array,
  from: number,
  to = reader.size,
): Promise<number> {
  for (let start = from; start < to; start += STEP) {
    const window = await reader.read(start, Math.min(to, start + STEP + pattern.length - 1))
    const at = indexOfBytes(window, pattern)
    if (at >= 0) return start + at
  }
  return -1
}

/** Offset of the last occurrence that ends at or before `to`, -1 when there is none from `from` on. */
export async function findBackward(
  reader: WindowReader,
  pattern: Uint8Array,
  to: number,
  from: number,
): Promise<number> {
  for (let end = to; end > from; end -= STEP) {
    const start = Math.max(from, end - STEP - pattern.length + 1)
    const window = await reader.read(start, end)
    const at = lastIndexOfBytes(window, pattern)
    if (at >= 0) return start + at
  }
  return -1
}

export function indexOfBytes(bytes: Uint8Array, pattern: Uint8Array, from = 0): number {
  const first = pattern[0] ?? 0
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + pattern.length > bytes.length) return -1
    if (matchesAt(bytes, pattern, at)) return at
  }
  return -1
}

function lastIndexOfBytes(bytes: Uint8Array, pattern: Uint8Array): number {
  for (let at = bytes.length - pattern.length; at >= 0; at--) if (matchesAt(bytes, pattern, at)) return at
  return -1
}

export function matchesAt(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false
  return true
}
