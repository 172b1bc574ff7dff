import { createHostedRuntime, type HostedPorts, type HostedRuntime } from './app/hosted-runtime.ts'
import type { Services } from './app/services.ts'
import type { Composition } from './compose.entry.ts'
import { hostNetwork } from './hosts/post-message/host-network.ts'
import { connectPostMessageHost, type PostMessageHost } from './hosts/post-message/post-message-host.ts'
import { systemClock } from './platform/clock.ts'
import type { Deliveries } from './platform/deliveries.ts'
import { digest, sha256 } from './platform/digests.ts'
import { directNetwork } from './platform/network.ts'
import { ownStorage } from './read-config.entry.ts'

type Parts = Pick<HostedPorts, 'mode' | 'embedder' | 'config' | 'reach' | 'reachOnClick' | 'openWindow'> &
  Readonly<{
    peer: Window
    origin: string
    store: Deliveries
    /** The app behind the page: it need not be here before the page is. */
    compose: (composition: Composition) => Promise<Services>
  }>

/** Builds the runtime around the app and connects it to the page that holds or opened this one. */
export async function startHosted(parts: Parts): Promise<HostedRuntime> {
  const { config, peer, origin } = parts
  let connected: PostMessageHost | null = null
  const network = hostNetwork(() => connected, directNetwork({ origins: config.tsa, relay: config.relay }))
  const prepared = createHostedRuntime({
    ...parts,
    hostOrigin: origin,
    now: () => systemClock.now(),
    digest,
    sha256,
    compose: (storage) =>
      parts.compose({
        config,
        network,
        framed: parts.mode === 'frame',
        ...(storage ? { keyStorage: () => storage } : { keyStorage: ownStorage }),
      }),
    look: { locale: config.locale, mode: 'auto', accent: config.branding.accent },
  })
  const host = await connectPostMessageHost({
    self: window,
    peer,
    origin,
    maxBytes: config.policy.maxDocumentMiB * 2 ** 20,
    listeners: {
      sign: (command, signal) => prepared.submit(command, signal),
      verify: ({ name, blob }) => prepared.verify(name, blob),
      readEnvelope: ({ name, blob, ...how }, signal) => prepared.readEnvelope({ name, blob }, how, signal),
      received: prepared.received,
      appearance: ({ locale, theme }) =>
        prepared.setLook({
          ...(locale ? { locale } : {}),
          ...(theme?.mode ? { mode: theme.mode } : {}),
          ...(theme?.accent ? { accent: theme.accent } : {}),
        }),
      event: (name, data) => {
        const code = (data as { code?: unknown } | null)?.code
        if (name === 'unsaved' && typeof code === 'string') prepared.unsaved(code)
      },
    },
  })
  connected = host
  const { locale, theme } = host.appearance
  prepared.setLook({
    ...(locale ? { locale } : {}),
    ...(theme?.mode ? { mode: theme.mode } : {}),
    ...(theme?.accent ? { accent: theme.accent } : {}),
  })
  const runtime = prepared.start(host)
  host.tell('ready', {
    version: host.version,
    storage: parts.reach.kind === 'own' ? 'first-party' : 'window',
    app: import.meta.env.VITE_APP_VERSION ?? 'development',
  })
  return runtime
}
