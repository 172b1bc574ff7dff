// The page in a CRM's frame. Says nothing to a page that is not on the list.
import { createRoot } from 'react-dom/client'
import { matchOrigin } from './app/config.ts'
import { refusalOf } from './app/refusal.ts'
import { currentEmbedder } from './hosts/post-message/embedder.ts'
import { connectToHost } from './host-sdk/protocol/connect.ts'
import { signInWindow } from './hosts/post-message/window-relay.ts'
import { readConfig } from './read-config.entry.ts'
import { reachStorage } from './platform/storage-access.ts'
import { ClosedPage, type Closed } from './ui/pages/embed/closed-page.tsx'

const element = document.getElementById('root')
if (!element) throw new Error('embed.html has no #root')
const root = createRoot(element)
const show = (closed: Closed): void => root.render(<ClosedPage closed={closed} />)

async function start(): Promise<void> {
  document.documentElement.dataset['chrome'] = 'none'
  const embedder = currentEmbedder()
  if (embedder.kind === 'none') return show({ kind: 'not-framed' })
  if (embedder.kind === 'unknown') return show({ kind: 'unknown-embedder' })
  const [origin] = embedder.origins
  if (self.origin === 'null') return sayOpaque(origin)
  // What comes after the first paint loads meanwhile.
  const rest = Promise.all([import('./hosted.entry.ts'), import('./ui/pages/embed/hosted-app.tsx')])
  const [config, reach] = await Promise.all([readConfig(true), reachStorage('silent')])
  // Our own pages may nest the frame (a CRM page of ours does); every other ancestor must be on the list.
  const refused = embedder.origins.filter((one) => one !== location.origin && !matchOrigin(config.embedders, one))
  if (refused.length > 0) return show({ kind: 'refused', origins: refused })
  show({ kind: 'connecting', origin })
  const [{ startHosted }, { HostedApp }] = await rest
  const runtime = await startHosted({
    mode: 'frame',
    embedder: origin,
    origin,
    peer: window.parent,
    config,
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
  root.render(<HostedApp runtime={runtime} />)
}

/** In a sandbox of an opaque origin nothing works: the page says so, and the host hears it from a hello that it cannot answer. */
function sayOpaque(origin: string): void {
  show({ kind: 'sandboxed' })
  connectToHost(window, { peer: window.parent, origin, channel: { methods: {} } }).catch(() => undefined)
}

start().catch((error: unknown) => show({ kind: 'failed', refusal: refusalOf(error) }))
