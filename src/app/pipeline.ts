/** How much of a batch may be in work at once: enough that the worker reads while the key signs, little in memory. */
export type InFlight = Readonly<{ items: number; bytes: number }>

/** Runs every job; starts the next while `limit` allows, one that is over the limit alone. Jobs must not reject. */
export async function runBounded<T>(
  jobs: readonly T[],
  sizeOf: (job: T) => number,
  limit: InFlight,
  run: (job: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let bytes = 0
  for (const job of jobs) {
    const size = sizeOf(job)
    while (running.size >= limit.items || (running.size > 0 && bytes + size > limit.bytes)) await Promise.race(running)
    bytes += size
    const one = run(job).finally(() => {
      running.delete(one)
      bytes -= size
    })
    running.add(one)
  }
  await Promise.all(running)
}

/** One at a time, in the order of asking: a token has one slot and one PIN dialog. */
export function oneAtATime(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const mine = last.then(act, act)
    last = mine.catch(() => undefined)
    return mine
  }
}
