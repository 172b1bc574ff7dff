import { equalBytes, toHex, utf8 } from '../core/bytes/bytes.ts'

/** One step, in words of its own: `opened`, `shown`, `consent`, `code-confirmed`, `signed`, `stored`, `refused` … */
export type ActivityEvent = Readonly<{
  sequence: number
  /** ISO 8601; this computer's clock. */
  time: string
  action: string
  /** Ids, digests, codes. Never document text or a secret. */
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

export type LogPorts = Readonly<{
  sha256: (bytes: Uint8Array) => Promise<Uint8Array>
  now: () => Date
  onEvent: (event: ActivityEvent) => void
}>

export interface ActivityLog {
  /** Events are chained in the order of the calls. */
  add(action: string, data?: ActivityEvent['data']): Promise<void>
  /** JSON of all events so far: what is to be signed at the end. */
  payload(): Promise<string>
}

const GENESIS = '0'.repeat(64)

export function openActivityLog(ports: LogPorts): ActivityLog {
  const events: ActivityEvent[] = []
  let chain: Promise<void> = Promise.resolve()
  return {
    add(action, data = {}) {
      const time = ports.now().toISOString()
      chain = chain.then(async () => {
        const previous = events.at(-1)?.hash ?? GENESIS
        const bare = { sequence: events.length, time, action, data, previous }
        const event = { ...bare, hash: await hashOf(bare, ports.sha256) }
        events.push(event)
        ports.onEvent(event)
      })
      return chain
    },
    async payload() {
      await chain
      return JSON.stringify(events)
    },
  }
}

async function hashOf(event: Omit<ActivityEvent, 'hash'>, sha256: LogPorts['sha256']): Promise<string> {
  const { sequence, time, action, data, previous } = event
  return toHex(await sha256(utf8(JSON.stringify({ sequence, time, action, data, previous }))))
}

/** What is wrong with a chain of events, at which of them; null when it holds. Never throws on hostile input. */
export async function checkActivityLog(
  payload: string,
  sha256: LogPorts['sha256'],
): Promise<null | { at: number; problem: 'not-json' | 'malformed' | 'out-of-order' | 'changed' }> {
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
