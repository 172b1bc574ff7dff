// The signing window that a frame opens: our own origin, our own address bar, all keys at home.
import { createRoot } from 'react-dom/client'
import { refusalOf } from './app/refusal.ts'
import { openDeliveries } from './platform/deliveries.ts'
import { ownStorage, readConfig } from './read-config.entry.ts'
import { ClosedPage, type Closed } from './ui/pages/embed/closed-page.tsx'

const element = document.getElementById('root')
if (!element) throw new Error('popup.html has no #root')
const root = createRoot(element)
const show = (closed: Closed): void => root.render(<ClosedPage closed={closed} />)

/** ms that a person may read "saved" before the window goes. */
const LINGER = 1500

async function start(): Promise<void> {
  const opener = window.opener as Window | null
  if (!opener) return show({ kind: 'no-opener' })
  const embedder = new URLSearchParams(location.hash.slice(1)).get('host') ?? location.origin
  show({ kind: 'connecting', origin: embedder })
  const rest = Promise.all([
    import('./hosted.entry.ts'),
    import('./compose.entry.ts'),
    import('./ui/pages/embed/hosted-app.tsx'),
    import('./ui/pages/embed/hosted-desk.tsx'),
  ])
  const config = await readConfig(false)
  const [{ startHosted }, { compose }, { HostedApp }, desk] = await rest
  const runtime = await startHosted({
    mode: 'window',
    embedder,
    // Only a frame of our own origin is heard: whoever else opened this page never gets a word.
    origin: location.origin,
    peer: opener,
    config,
    store: openDeliveries(ownStorage),
    compose: (composition) => Promise.resolve(compose(composition)),
    reach: { kind: 'own', factory: ownStorage() },
    reachOnClick: () => Promise.resolve({ kind: 'own', factory: ownStorage() }),
    openWindow: () => Promise.reject(new TypeError('already in a window')),
  })
  runtime.subscribe(() => {
    const { delivery } = runtime.snapshot()
    if (delivery?.status === 'saved') setTimeout(() => window.close(), LINGER)
  })
  const loadDesk = () => Promise.resolve(desk)
  root.render(<HostedApp runtime={runtime} loadDesk={loadDesk} />)
}

start().catch((error: unknown) => show({ kind: 'failed', refusal: refusalOf(error) }))
