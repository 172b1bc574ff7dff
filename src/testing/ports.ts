import { systemRandom } from '../platform/random.ts'
import type { Clock, Random } from '../core/ports.ts'

/** A clock that stands still until moved. */
export function fakeClock(iso: string): Clock & { set(iso: string): void } {
  let now = new Date(iso)
  return {
    now: () => new Date(now),
    set(next) {
      now = new Date(next)
    },
  }
}

/** Random for tests where the value does not matter. */
export const testRandom: Random = systemRandom
