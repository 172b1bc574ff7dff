// What stands in a CRM's frame. Says nothing to a page that is not on the list.
import { createRoot } from 'react-dom/client'
import { matchOrigin } from './app/config.ts'
import { refusalOf } from './app/refusal.ts'
import type { Early } from './embed.entry.ts'
import { connectToHost } from './host-sdk/protocol/connect.ts'
import { startHosted } from './hosted.entry.ts'
import { signInWindow } from './hosts/post-message/window-relay.ts'
import { reachStorage } from './platform/storage-access.ts'
import { ClosedPage, type Closed } from './ui/pages/embed/closed-page.tsx'
import { HostedApp } from './ui/pages/embed/hosted-app.tsx'

export async function openFrame(early: Early): Promise<void> {
  const element = document.getElementById('root')
  if (!element) throw new Error('embed.html has no #root')
  const root = createRoot(element)
  const { embedder, opening, store } = early
  const show = (closed: Closed): void => root.render(<ClosedPage closed={closed} opening={opening} />)

  async function open(): Promise<void> {
    if (embedder.kind === 'none') return show({ kind: 'not-framed' })
    if (embedder.kind === 'unknown') return show({ kind: 'unknown-embedder' })
    const [origin] = embedder.origins
    if (!early.asked) return sayOpaque(origin)
    const [config, reach] = await early.asked
    // Our own pages may nest the frame (a CRM page of ours does); every other ancestor must be on the list.
    const refused = embedder.origins.filter((one) => one !== location.origin && !matchOrigin(config.embedders, one))
    if (refused.length > 0) return show({ kind: 'refused', origins: refused })
    // The page stands before the app behind it is loaded: that would only keep the person waiting.
    let onShown: () => void = () => undefined
    const shown = new Promise<void>((resolve) => {
      onShown = resolve
    })
    const runtime = await startHosted({
      mode: 'frame',
      embedder: origin,
      origin,
      peer: window.parent,
      config,
      store,
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
    root.render(<HostedApp runtime={runtime} opening={opening} loadDesk={loadDesk} onShown={onShown} />)
  }

  /** In a sandbox of an opaque origin nothing works: the page says so, and the host hears it from a hello that it cannot answer. */
  function sayOpaque(origin: string): void {
    show({ kind: 'sandboxed' })
    connectToHost(window, { peer: window.parent, origin, channel: { methods: {} } }).catch(() => undefined)
  }

  await open().catch((error: unknown) => show({ kind: 'failed', refusal: refusalOf(error) }))
}
