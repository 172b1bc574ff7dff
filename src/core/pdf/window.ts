import type { ByteSource } from '../bytes/byte-source.ts'
import { SignError } from '../errors.ts'
import { Lexer, NEED_MORE } from './lexer.ts'

/** A file up to this size is read once and kept; of a larger one only blocks are. */
const WHOLE = 1 << 20
const BLOCK = 1 << 16
const KEPT_BLOCKS = 32
/** No single object of the body (stream data apart) may be larger. */
const MAX_OBJECT = 64 << 20

/** Cached random access: small files whole, large ones by blocks of 64 KiB of which the last used are kept. */
export class WindowReader {
  readonly size: number
  /** The highest object number that anything read so far refers to, be it there or not; 0: none. */
  highestReference = 0
  private readonly source: ByteSource
  /** The last used come last. */
  private readonly blocks = new Map<number, Uint8Array | Promise<Uint8Array>>()
  private all: Promise<Uint8Array> | null = null

  constructor(source: ByteSource) {
    this.source = source
    this.size = source.size
  }

  /** The whole file when it is small enough to be kept, else null. Not a copy: do not write. */
  whole(): Promise<Uint8Array> | null {
    if (this.size > WHOLE) return null
    this.all ??= this.source.read(0, this.size)
    return this.all
  }

  /** Bytes [start, end), clamped to the file. May be a view of the cache: do not write. */
  async read(start: number, end: number): Promise<Uint8Array> {
    const from = Math.max(0, Math.min(start, this.size))
    const to = Math.max(from, Math.min(end, this.size))
    const all = this.whole()
    if (all) return (await all).subarray(from, to)
    const block = Math.floor(from / BLOCK)
    if (to > from && Math.floor((to - 1) / BLOCK) === block) {
      return (await this.block(block)).subarray(from - block * BLOCK, to - block * BLOCK)
    }
    return to === from ? new Uint8Array() : this.source.read(from, to)
  }

  /** As `read`, of what is held; null when it must be waited for. */
  private held(start: number, end: number): Uint8Array | null {
    const index = Math.floor(start / BLOCK)
    const block = this.blocks.has(index) && end <= (index + 1) * BLOCK ? this.block(index) : null
    return block instanceof Uint8Array ? block.subarray(start - index * BLOCK, end - index * BLOCK) : null
  }

  private block(index: number): Uint8Array | Promise<Uint8Array> {
    const kept = this.blocks.get(index)
    if (kept) {
      this.blocks.delete(index)
      this.blocks.set(index, kept)
      return kept
    }
    const read = this.source.read(index * BLOCK, Math.min((index + 1) * BLOCK, this.size)).then((bytes) => {
      if (this.blocks.get(index) === read) this.blocks.set(index, bytes)
      return bytes
    })
    this.blocks.set(index, read)
    if (this.blocks.size > KEPT_BLOCKS) {
      const oldest = this.blocks.keys().next().value
      if (oldest !== undefined) this.blocks.delete(oldest)
    }
    return read
  }

  /**
   * Runs `parse` with a lexer at `position`, again with a larger window for as long as it needs more input.
   *
   * @throws what `parse` throws; SignError `FORMAT_LIMIT_EXCEEDED` for an object over 64 MiB.
   */
  async lex<T>(position: number, parse: (lexer: Lexer) => T): Promise<T> {
    // Ending the first window on a block's edge lets it come from the cache.
    let end = (Math.floor(position / BLOCK) + 1) * BLOCK
    for (let length = BLOCK; ; length *= 4) {
      const bytes = this.held(position, end) ?? (await this.read(position, end))
      try {
        const lexer = new Lexer(bytes, position, end >= this.size)
        const parsed = parse(lexer)
        this.highestReference = Math.max(this.highestReference, lexer.highestReference)
        return parsed
      } catch (thrown) {
        if (thrown !== NEED_MORE) throw thrown
      }
      if (length > MAX_OBJECT) {
        throw new SignError('FORMAT_LIMIT_EXCEEDED', 'an object is larger than 64 MiB', {
          details: { offset: position },
        })
      }
      end = position + length
    }
  }
}
