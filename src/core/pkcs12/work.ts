/** What a person's patience and memory may be spent on while a key file is opened. */
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'

/** One derivation; RFC 8018 says at least 1,000, OpenSSL writes 2,048, cautious people 600,000. */
const MAX_ITERATIONS = 10_000_000
/** Of the whole file, with every password variant. */
const MAX_TOTAL = 40_000_000

export type Work = Readonly<{
  engine: Engine
  /** Before a derivation. @throws SignError `PKCS12_LIMIT_EXCEEDED`; AbortError */
  spend(iterations: number): void
  /** Lets other tasks (a cancel, a progress bar) have their turn. @throws AbortError */
  breathe(done: number): Promise<void>
  /** A derivation ended. */
  finish(iterations: number): void
  /** Iterations that are known to lie ahead, for the progress. */
  expect(iterations: number): void
}>

export type WorkOptions = Readonly<{
  signal?: AbortSignal
  /** 0 to 1, never back. */ progress?: (done: number) => void
}>

export function startWork(engine: Engine, { signal, progress }: WorkOptions): Work {
  let spent = 0
  let finished = 0
  let expected = 0
  let shown = 0
  const show = (done: number): void => {
    shown = Math.max(shown, Math.min(1, done / Math.max(1, expected)))
    progress?.(shown)
  }
  return {
    engine,
    spend(iterations) {
      signal?.throwIfAborted()
      spent += iterations
      if (iterations > MAX_ITERATIONS || spent > MAX_TOTAL) {
        throw new SignError('PKCS12_LIMIT_EXCEEDED', 'the file asks for too much work', {
          details: { iterations, limit: MAX_ITERATIONS },
        })
      }
    },
    async breathe(done) {
      show(finished + done)
      // A digest answers in a task of its own, so the event loop turns; core has no timers.
      await engine.subtle.digest('SHA-256', new Uint8Array(0))
      signal?.throwIfAborted()
    },
    finish(iterations) {
      finished += iterations
      show(finished)
    },
    expect(iterations) {
      expected += iterations
    },
  }
}
