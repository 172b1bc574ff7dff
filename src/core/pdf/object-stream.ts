import { SignError } from '../errors.ts'
import { Lexer } from './lexer.ts'
import { countOf } from './objects.ts'
import type { PdfDict, PdfObject } from './objects.ts'

/** A decoded object stream (ISO 32000-2, 7.5.7); its objects are parsed when asked for. */
export class ObjectStream {
  /** Object numbers in the order of their index. */
  readonly numbers: readonly number[]
  private readonly offsets: readonly number[]
  private readonly data: Uint8Array
  private readonly byNumber = new Map<number, number>()
  private readonly onReference: (highest: number) => void

  /**
   * @param onReference told the highest object number that an object of the stream refers to
   * @throws SignError `FORMAT_MALFORMED`
   */
  constructor(dict: PdfDict, data: Uint8Array, onReference: (highest: number) => void) {
    this.onReference = onReference
    const count = countOf(dict.get('N')) ?? 0
    const first = countOf(dict.get('First')) ?? 0
    const lexer = new Lexer(data, 0, true)
    const numbers: number[] = []
    const offsets: number[] = []
    for (let i = 0; i < count; i++) {
      const number = lexer.integer()
      const offset = number === null ? null : lexer.integer()
      if (number === null || offset === null) break
      numbers.push(number)
      offsets.push(first + offset)
      if (!this.byNumber.has(number)) this.byNumber.set(number, i)
    }
    this.data = data
    this.numbers = numbers
    this.offsets = offsets
  }

  get byteLength(): number {
    return this.data.length
  }

  /** The object of that number, at that index if it is there; null when the stream does not hold it. */
  get(number: number, index: number): PdfObject {
    const at = this.numbers[index] === number ? index : this.byNumber.get(number)
    const offset = at === undefined ? undefined : this.offsets[at]
    if (offset === undefined || offset >= this.data.length) return null
    try {
      const lexer = new Lexer(this.data, 0, true, offset)
      const object = lexer.object()
      this.onReference(lexer.highestReference)
      return object
    } catch (error) {
      if (error instanceof SignError) return null
      throw error
    }
  }
}
