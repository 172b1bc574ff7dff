import { createChannel, type Channel, type ChannelOptions } from './channel.ts'
import { commonVersion, isHello, PROTOCOL_VERSIONS, type PortOffer, type Reject, type WireContext } from './messages.ts'

export type AcceptOptions = Readonly<{
  /** Only this window is listened to; asked anew for each message, since a frame's window may not exist yet. */
  peer: () => Window | null
  /** Exact origin of the frame or window. */
  origin: string
  context: () => WireContext
  channel: ChannelOptions
  /** Again after each reload of the frame: the channel before it is closed by then. */
  onConnect: (channel: Channel, version: number) => void
  onVersionMismatch: (theirs: readonly number[]) => void
  /** The frame speaks from an opaque origin: a sandbox without `allow-same-origin`, where no keys can be reached. */
  onSandboxed?: () => void
}>

/**
 * The host's half of the handshake: answers the frame's hello with one end of a MessageChannel. A nonce is answered
 * once; a hello with a new nonce is the same frame after a reload and replaces the channel.
 *
 * @returns stops listening and closes the channel
 */
export function acceptFrame(self: Window, options: AcceptOptions): () => void {
  const seen = new Set<string>()
  let current: Channel | undefined

  const receive = (event: MessageEvent<unknown>): void => {
    const hello = event.data
    if (!event.source || event.source !== options.peer() || !isHello(hello)) return
    if (event.origin === 'null') options.onSandboxed?.()
    if (event.origin !== options.origin) return
    if (seen.has(hello.nonce)) return
    seen.add(hello.nonce)
    const version = commonVersion(hello.versions)
    const peer = event.source as Window
    if (version === undefined) {
      const reject: Reject = {
        countersign: 'reject',
        nonce: hello.nonce,
        reason: 'version',
        versions: PROTOCOL_VERSIONS,
      }
      peer.postMessage(reject, options.origin)
      return options.onVersionMismatch(hello.versions)
    }
    const { port1, port2 } = new MessageChannel()
    current?.close()
    current = createChannel(port1, options.channel)
    const offer: PortOffer = { countersign: 'port', nonce: hello.nonce, version, context: options.context() }
    peer.postMessage(offer, options.origin, [port2])
    options.onConnect(current, version)
  }
  self.addEventListener('message', receive)
  return () => {
    self.removeEventListener('message', receive)
    current?.close()
  }
}
