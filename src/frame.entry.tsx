// What stands in a CRM's frame. Says nothing to a page that is not on the list.
import { createRoot } from 'react-dom/client'
import { matchOrigin } from './app/config.ts'
import { refusalOf } from './app/refusal.ts'
import type { Early } from './embed.entry.ts'
import { connectToHost } from './host-sdk/protocol/connect.ts'
import { startHosted } from './hosted.entry.ts'
import { signInWindow } from './hosts/post-message/window-relay.ts'
import { openDeliveries } from './platform/deliveries.ts'
import { reachStorage } from './platform/storage-access.ts'
import { ownStorage } from './read-config.entry.ts'
import { ClosedPage, type Closed } from './ui/pages/embed/closed-page.tsx'
import { HostedApp } from './ui/pages/embed/hosted-app.tsx'

export async function openFrame(early: Early, opening: Awaited<Early['opening']>): Promise<void> {
  const element = document.getElementById('root')
  if (!element) throw new Error('embed.html has no #root')
  const root = createRoot(element)
  const { embedder, asked, shown, onShown } = early
  const show = (closed: Closed): void => root.render(<ClosedPage closed={closed} opening={opening} />)

  async function open(): Promise<void> {
    if (embedder.kind === 'none') return show({ kind: 'not-framed' })
    if (embedder.kind === 'unknown') return show({ kind: 'unknown-embedder' })
    const [origin] = embedder.origins
    if (!asked) return sayOpaque(origin)
    const [config, reach] = await asked
    // Our own pages may nest the frame (a CRM page of ours does); every other ancestor must be on the list.
    const refused = embedder.origins.filter((one) => one !== location.origin && !matchOrigin(config.embedders, one))
    if (refused.length > 0) return show({ kind: 'refused', origins: refused })
    const kept = openDeliveries(ownStorage)
    const runtime = await startHosted({
      mode: 'frame',
      embedder: origin,
      origin,
      peer: window.parent,
      config,
      // An act is on the table before it is known whether an earlier life of the frame signed it; nothing comes of it before that.
      store: { ...kept, list: (of) => shown.then(() => kept.list(of)) },
      compose: async (composition) => {
        await shown
        const { compose } = await import('./compose.entry.ts')
        return compose(composition)
      },
      reach,
      reachOnClick: () => reachStorage('click'),
      openWindow: (command, host, signal) =>
        signInWindow({
          url: `./popup.html#host=${encodeURIComponent(origin)}`,
          command,
          host,
          signal,
          appearance: () => {
            const { locale, mode, accent } = runtime.snapshot().look
            return { locale: locale ?? undefined, theme: { mode, ...(accent ? { accent } : {}) } }
          },
        }),
    })
    const loadDesk = async () => {
      await shown
      return import('./ui/pages/embed/hosted-desk.tsx')
    }
    const first = opening && { ...opening, until: shown }
    root.render(<HostedApp runtime={runtime} opening={first} loadDesk={loadDesk} onShown={onShown} />)
  }

  /** In a sandbox of an opaque origin nothing works: the page says so, and the host hears it from a hello that it cannot answer. */
  function sayOpaque(origin: string): void {
    show({ kind: 'sandboxed' })
    connectToHost(window, { peer: window.parent, origin, channel: { methods: {} } }).catch(() => undefined)
  }

  await open().catch((error: unknown) => show({ kind: 'failed', refusal: refusalOf(error) }))
}
