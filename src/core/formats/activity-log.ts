import { equalBytes, fromBase64, toHex, utf8 } from '../bytes/bytes.ts'
import type { SourceFile } from './format.ts'

/** One step, in words of its own: `opened`, `shown`, `consent`, `code-confirmed`, `signed`, `stored`, `refused` … */
export type ActivityEvent = Readonly<{
  sequence: number
  /** ISO 8601; this computer's clock. */
  time: string
  action: string
  /** Ids, names, digests, codes. Never document text or a secret. */
  data: Readonly<Record<string, string | number | boolean>>
  /** Lower-case hex SHA-256 of the event before; of nothing for the first. */
  previous: string
  /** Lower-case hex SHA-256 of this event without `hash`, as JSON in this order of keys. */
  hash: string
}>

export type SealedLog = Readonly<{
  version: 1
  /** JSON of the events: exactly these UTF-8 bytes are signed. */
  payload: string
  /** Base64 of a detached CAdES signature of `payload`; null when the key refused. */
  signature: string | null
}>

type Sha256 = (bytes: Uint8Array) => Promise<Uint8Array>

export const GENESIS = '0'.repeat(64)

export async function hashOf(event: Omit<ActivityEvent, 'hash'>, sha256: Sha256): Promise<string> {
  const { sequence, time, action, data, previous } = event
  return toHex(await sha256(utf8(JSON.stringify({ sequence, time, action, data, previous }))))
}

/** `at`: number of the event. */
export type LogProblem = Readonly<{ at: number; problem: 'not-json' | 'malformed' | 'out-of-order' | 'changed' }>

/** What is wrong with a chain of events, at which of them; null when it holds. Never throws on hostile input. */
export async function checkActivityLog(payload: string, sha256: Sha256): Promise<LogProblem | null> {
  let events: unknown
  try {
    events = JSON.parse(payload)
  } catch {
    return { at: 0, problem: 'not-json' }
  }
  if (!Array.isArray(events)) return { at: 0, problem: 'malformed' }
  let previous = GENESIS
  for (const [at, event] of (events as unknown[]).entries()) {
    if (!isEvent(event)) return { at, problem: 'malformed' }
    if (event.sequence !== at || event.previous !== previous) return { at, problem: 'out-of-order' }
    if (!equalBytes(utf8(await hashOf(event, sha256)), utf8(event.hash))) return { at, problem: 'changed' }
    previous = event.hash
  }
  return null
}

function isEvent(value: unknown): value is ActivityEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Partial<Record<keyof ActivityEvent, unknown>>
  return (
    typeof event.sequence === 'number' &&
    typeof event.time === 'string' &&
    typeof event.action === 'string' &&
    typeof event.data === 'object' &&
    typeof event.previous === 'string' &&
    typeof event.hash === 'string'
  )
}

/** A sealed log among the files to verify. Who sealed it, and that nothing in it was changed since, is in the report of `name`.p7s. */
export type LogReport = Readonly<{
  name: string
  /** Without a signature nobody vouches for it. */
  sealed: boolean
  events: readonly Pick<ActivityEvent, 'time' | 'action' | 'data'>[]
  /** Null: the chain holds. */
  problem: LogProblem | null
}>

/** A log of a thousand documents is a few megabytes. */
const MOST = 16 << 20

/**
 * Takes each sealed log apart: what was signed stands in its place under its name, the signature beside it as `.p7s`, so that
 * they are verified like any other file. Everything else stays.
 */
export async function unsealLogs(
  files: readonly SourceFile[],
  sha256: Sha256,
): Promise<{ files: readonly SourceFile[]; logs: readonly LogReport[] }> {
  const all: SourceFile[] = []
  const logs: LogReport[] = []
  for (const file of files) {
    const sealed = await readSealed(file)
    if (!sealed) {
      all.push(file)
      continue
    }
    const { payload, signature } = sealed
    const { name } = file
    all.push({ name, blob: new Blob([utf8(payload)], { type: 'application/json' }) })
    if (signature) all.push({ name: `${name}.p7s`, blob: new Blob([signature]) })
    const problem = await checkActivityLog(payload, sha256)
    logs.push({
      name,
      sealed: signature !== null,
      events: problem ? [] : (JSON.parse(payload) as ActivityEvent[]),
      problem,
    })
  }
  return { files: all, logs }
}

async function readSealed({
  blob,
}: SourceFile): Promise<{ payload: string; signature: Uint8Array<ArrayBuffer> | null } | null> {
  if (blob.size === 0 || blob.size > MOST) return null
  try {
    if ((await blob.slice(0, 1).text()) !== '{') return null
    const { version, payload, signature } = JSON.parse(await blob.text()) as Partial<Record<keyof SealedLog, unknown>>
    if (version !== 1 || typeof payload !== 'string' || !payload.startsWith('[')) return null
    return { payload, signature: typeof signature === 'string' ? fromBase64(signature) : null }
  } catch {
    // Other JSON, none at all, or a file that is gone: what reads it next says so.
    return null
  }
}
