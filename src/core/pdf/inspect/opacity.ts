import { SignError } from '../../errors.ts'
import { Keyword, Lexer } from '../lexer.ts'
import { nameOf, type PdfDict, type PdfObject, type PdfStream } from '../objects.ts'
import type { Look } from './look.ts'

/** Operators that paint an area, an image or another XObject; strokes and text hide little. */
const PAINTS = new Set(['f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'Do', 'BI', 'sh'])
const MAX_APPEARANCE = 256 << 10
/** Of this opacity or less, text beneath can be read. */
const SEEN_THROUGH = 0.6

/** Whether a drawing hides what is beneath. One that is very large or cannot be read counts as if it did. */
export async function isOpaque(look: Look, stream: PdfStream): Promise<boolean> {
  if (stream.length > MAX_APPEARANCE) return true
  const resources = await look.dict(stream.dict, 'Resources')
  const states = await seenThrough(look, await look.dict(resources, 'ExtGState'))
  const objects = await look.dict(resources, 'XObject')
  const plain = new Set<string>()
  for (const key of objects?.entries.keys() ?? []) {
    const own = await look.dict(await look.dict(objects, key), 'Resources')
    if (!own?.get('ExtGState')) plain.add(key)
  }
  try {
    return paintsOver(await look.document.decoded(stream, 0, MAX_APPEARANCE), states, plain)
  } catch (error) {
    if (error instanceof SignError) return true
    throw error
  }
}

/** Graphics states that let through what is beneath: multiplied, or of low opacity. */
async function seenThrough(look: Look, states: PdfDict | null): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const key of states?.entries.keys() ?? []) {
    const state = await look.dict(states, key)
    const opacity = await look.value(state, 'ca')
    const isMultiplied = nameOf(await look.value(state, 'BM')) === 'Multiply'
    if (isMultiplied || (typeof opacity === 'number' && opacity <= SEEN_THROUGH)) found.add(key)
  }
  return found
}

/**
 * Whether anything is painted while no such state holds (8.4.2: q keeps the state and Q brings it back).
 *
 * @throws SignError for what is no content
 */
function paintsOver(content: Uint8Array, states: ReadonlySet<string>, plain: ReadonlySet<string>): boolean {
  const lexer = new Lexer(content, 0, true)
  const kept: boolean[] = []
  let isThrough = false
  let operand: PdfObject = null
  for (;;) {
    lexer.skip()
    if (lexer.peek() < 0) return false
    const token = lexer.token()
    if (!(token instanceof Keyword)) {
      operand = token
      continue
    }
    const { text } = token
    if (text === 'q') kept.push(isThrough)
    if (text === 'Q') isThrough = kept.pop() ?? isThrough
    if (text === 'gs') isThrough = states.has(nameOf(operand) ?? '')
    if (PAINTS.has(text) && !isThrough) return true
    // What lies in another form may set a state of its own; inline image data are no operators.
    if (text === 'BI' || (text === 'Do' && !plain.has(nameOf(operand) ?? ''))) return true
    operand = null
  }
}
