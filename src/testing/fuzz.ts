/** The loop around a fuzz: counts, bounds of time and memory, and what went wrong, each fault with what repeats it. Node only. */
import { Worker } from 'node:worker_threads'
import { mutate, seededNumbers } from './mutate.ts'

/** `npm run fuzz` is the long run. */
export const MUTANTS = Number(process.env['COUNTERSIGN_MUTANTS'] ?? 1000)
export const SEED = Number(process.env['COUNTERSIGN_SEED'] ?? 20261125)

/** What one file may take: seconds of CPU, so that a busy machine changes nothing. */
export const CPU_LIMIT = 5
/** What the whole process may ever hold, the runner and all originals included. MiB; vitest.config.ts bounds its heap below that. */
export const MEMORY_LIMIT = 512
/** A file that lets nothing else happen for this long has hung. Milliseconds of wall time, far above CPU_LIMIT. */
const PATIENCE = 120_000

export type Original = Readonly<{ name: string; bytes: Uint8Array }>

export type Fuzz<T extends Original> = Readonly<{
  originals: readonly T[]
  tokens: readonly Uint8Array[]
  /** How many mutations in a row at most. */
  most?: number
  /** A word for the table; throws when a law is broken. */
  judge(original: T, mutant: Uint8Array<ArrayBuffer>): Promise<string>
}>

export type Fuzzed = Readonly<{
  /** 'mutant 17 of a.pdf, seed 1: why' */
  faults: readonly string[]
  table: string
  /** MiB; the most that the process ever held. */
  peak: number
}>

/** Mutant n depends on the seed and n alone: COUNTERSIGN_MUTANT=n repeats one. */
export async function fuzz<T extends Original>({ originals, tokens, most, judge }: Fuzz<T>): Promise<Fuzzed> {
  const tally = new Map<string, number>()
  const faults: string[] = []
  const watch = watchdog()
  const started = process.cpuUsage()
  const only = process.env['COUNTERSIGN_MUTANT']
  let slowest = { seconds: 0, label: '' }
  for (let number = Number(only ?? 0); number < (only ? Number(only) + 1 : MUTANTS); number++) {
    const original = originals[number % originals.length]
    if (!original) break
    const label = `mutant ${number} of ${original.name}, seed ${SEED}`
    watch.alive(number)
    const mutant = mutate(original.bytes, seededNumbers(SEED + number), tokens, most)
    const before = process.cpuUsage()
    let outcome: string
    try {
      outcome = await judge(original, mutant)
    } catch (error) {
      outcome = 'FAULT'
      faults.push(`${label}: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 1500) : String(error)}`)
    }
    const seconds = secondsSince(before)
    if (seconds > slowest.seconds) slowest = { seconds, label }
    if (seconds > CPU_LIMIT) faults.push(`${label}: ${seconds.toFixed(1)} s`)
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1)
  }
  await watch.end()
  const peak = process.resourceUsage().maxRSS / 1024
  const rows = [...tally].toSorted((a, b) => b[1] - a[1]).map(([word, n]) => `${String(n).padStart(7)} ${word}`)
  const head = `${MUTANTS} mutants of ${new Set(originals.map(({ name }) => name)).size} files, seed ${SEED}: ${secondsSince(started).toFixed(0)} s of CPU, at most ${peak.toFixed(0)} MiB`
  const last = `slowest: ${slowest.seconds.toFixed(2)} s, ${slowest.label}`
  return { faults, peak, table: [head, ...rows, last].join('\n') }
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** A loop without end cannot be caught from within its thread: another one ends the process, having said which mutant it was. */
function watchdog(): { alive(number: number): void; end(): Promise<unknown> } {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  const body = `
    const { workerData: { shared, patience } } = require('node:worker_threads')
    let last = -1
    setInterval(() => {
      const now = Atomics.load(shared, 0)
      if (now === last) {
        require('node:fs').writeSync(2, 'mutant ' + now + ' of seed ${SEED} hangs\\n')
        process.kill(process.pid, 'SIGKILL')
      }
      last = now
    }, patience)`
  const worker = new Worker(body, { eval: true, workerData: { shared, patience: PATIENCE } })
  worker.unref()
  return { alive: (number) => void Atomics.store(shared, 0, number), end: () => worker.terminate() }
}
