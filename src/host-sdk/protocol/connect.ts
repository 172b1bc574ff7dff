import { CountersignError, createChannel, type Channel, type ChannelOptions } from './channel.ts'
import { isRecord, newNonce, PROTOCOL_VERSIONS, type Hello, type WireContext } from './messages.ts'

export type ConnectOptions = Readonly<{
  /** Parent or opener. */
  peer: Window
  /** Exact origin: the hello goes to no other, and an answer from no other counts. */
  origin: string
  channel: ChannelOptions
  versions?: readonly number[]
  /** ms until `HOST_TIMEOUT`. */
  timeout?: number
  /** ms between hellos. */
  repeat?: number
  signal?: AbortSignal
}>

export type Connection = Readonly<{ channel: Channel; version: number; context: WireContext }>

type Answer = { nonce?: unknown; countersign?: unknown; version?: unknown; versions?: unknown; context?: unknown }

/**
 * The frame's half of the handshake: says hello until the host sends a port, takes one port and stops listening, so that
 * window messages are no way in any more.
 *
 * @throws CountersignError `HOST_VERSION_MISMATCH` (details: both lists), `HOST_TIMEOUT`
 */
export function connectToHost(self: Window, options: ConnectOptions): Promise<Connection> {
  const versions = options.versions ?? PROTOCOL_VERSIONS
  const nonce = newNonce()
  const hello: Hello = { countersign: 'hello', versions, nonce }
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearInterval(beat)
      clearTimeout(end)
      self.removeEventListener('message', receive)
      options.signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: Error): void => (finish(), reject(error))
    const receive = (event: MessageEvent<unknown>): void => {
      if (event.source !== options.peer || event.origin !== options.origin || !isRecord(event.data)) return
      const answer: Answer = event.data
      if (answer.nonce !== nonce) return
      if (answer.countersign === 'reject') return fail(mismatch(versions, answer.versions))
      const port = event.ports[0]
      if (answer.countersign !== 'port' || event.ports.length !== 1 || !port) return
      const { version } = answer
      if (typeof version !== 'number' || !versions.includes(version)) return fail(mismatch(versions, [version]))
      finish()
      resolve({ channel: createChannel(port, options.channel), version, context: toContext(answer.context) })
    }
    const onAbort = (): void => fail(new DOMException('aborted', 'AbortError'))
    const say = (): void => options.peer.postMessage(hello, options.origin)
    self.addEventListener('message', receive)
    options.signal?.addEventListener('abort', onAbort)
    const beat = setInterval(say, options.repeat ?? 250)
    const end = setTimeout(
      () => fail(new CountersignError('HOST_TIMEOUT', 'the page that holds this frame did not answer')),
      options.timeout ?? 15_000,
    )
    say()
  })
}

function mismatch(ours: readonly number[], theirs: unknown): CountersignError {
  return new CountersignError('HOST_VERSION_MISMATCH', 'no common protocol version', {
    ours: ours.join(','),
    theirs: Array.isArray(theirs) ? theirs.map(String).join(',') : '',
  })
}

const ABILITIES = ['load', 'save', 'list', 'fetch', 'confirm'] as const

/** Keeps what has the right shape and drops the rest: the host is another party. */
function toContext(value: unknown): WireContext {
  const given = isRecord(value) ? value : {}
  const abilities = Array.isArray(given['abilities']) ? given['abilities'] : []
  const theme = isRecord(given['theme']) ? given['theme'] : undefined
  const { mode, accent } = theme ?? {}
  return {
    abilities: ABILITIES.filter((ability) => abilities.includes(ability)),
    ...(typeof given['locale'] === 'string' ? { locale: given['locale'] } : {}),
    ...(theme
      ? {
          theme: {
            ...(mode === 'light' || mode === 'dark' || mode === 'auto' ? { mode } : {}),
            ...(typeof accent === 'string' && /^#[0-9a-f]{6}$/i.test(accent) ? { accent } : {}),
          },
        }
      : {}),
    ...toParties(given),
  }
}

function toParties(given: Record<string, unknown>): Pick<WireContext, 'record' | 'user'> {
  const { record, user } = given
  const text = (value: unknown, key: string): Record<string, string> =>
    typeof value === 'string' ? { [key]: value } : {}
  return {
    ...(isRecord(record) && typeof record['type'] === 'string' && typeof record['id'] === 'string'
      ? { record: { type: record['type'], id: record['id'], ...text(record['title'], 'title') } }
      : {}),
    ...(isRecord(user) && typeof user['id'] === 'string'
      ? { user: { id: user['id'], ...text(user['name'], 'name'), ...text(user['email'], 'email') } }
      : {}),
  }
}
