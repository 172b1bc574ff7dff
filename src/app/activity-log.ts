import { GENESIS, hashOf, type ActivityEvent } from '../core/formats/activity-log.ts'

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
