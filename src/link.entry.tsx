// A signing link: a document from a storage, signed here, sent back there. Nothing of its address is logged or told.
import { createRoot } from 'react-dom/client'
import { createHostedRuntime } from './app/hosted-runtime.ts'
import { refusalOf } from './app/refusal.ts'
import { compose } from './compose.entry.ts'
import { utf8 } from './core/bytes/bytes.ts'
import { isDeliverable } from './core/host.ts'
import type { CommandingHost, DeliverableAnswer } from './core/host.ts'
import { parseLink, sameObject, type LinkAddress } from './core/link/address.ts'
import { linkHost, LINKED_ID } from './hosts/link/link-host.ts'
import { systemClock } from './platform/clock.ts'
import { openDeliveries } from './platform/deliveries.ts'
import { digest, sha256 } from './platform/digests.ts'
import { browserEngine } from './platform/engine.ts'
import { systemRandom } from './platform/random.ts'
import { ownStorage, readSettings } from './read-config.entry.ts'
import { ClosedPage } from './ui/pages/embed/closed-page.tsx'
import { LinkPage } from './ui/pages/link/link-page.tsx'

const element = document.getElementById('root')
if (!element) throw new Error('link.html has no #root')
const root = createRoot(element)

/** The transfer minds the silence of the storage itself. ms, the most that a timer takes. */
const PATIENCE = 2 ** 31 - 1

/** What stood in the query goes behind the #: a reload then sends it to no server again. */
function withoutQuery(href: string): string {
  const { pathname, search, hash } = new URL(href)
  return pathname + (search.length > 1 ? `#${[search.slice(1), hash.slice(1)].filter(Boolean).join('&')}` : hash)
}

async function start(): Promise<void> {
  document.documentElement.dataset['chrome'] = 'none'
  const { href } = location
  history.replaceState(null, '', withoutQuery(href))
  const link = parseLink(href)
  const { config, ...settings } = await readSettings(false)
  const identity = await digest(new Blob([utf8(`${link.src}\n${link.dst?.url ?? ''}`)]))
  const embedder = new URL(link.dst?.url ?? link.src).origin
  const ours = linkHost({
    link,
    identity,
    storage: config.storage,
    maxBytes: config.policy.maxDocumentMiB * 2 ** 20,
    engine: browserEngine,
    random: systemRandom,
    onTransfer: (transfer) => prepared.transferring(transfer),
  })
  // What was signed in an earlier life of the page and is now stored.
  const host: CommandingHost = {
    ...ours,
    tell: (event, data) => {
      if (event === 'signed' || event === 'envelope') prepared.received((data as DeliverableAnswer).receipt.id)
    },
  }
  const store = openDeliveries(ownStorage)
  const reach = { kind: 'own', factory: ownStorage() } as const
  const prepared = createHostedRuntime({
    mode: 'link',
    embedder,
    hostOrigin: host.origin,
    config,
    store,
    now: () => systemClock.now(),
    digest,
    sha256,
    compose: () => Promise.resolve(compose({ config, settings })),
    reach,
    reachOnClick: () => Promise.resolve(reach),
    openWindow: () => Promise.reject(new TypeError('a link needs no window')),
    look: { locale: config.locale, mode: 'auto', accent: config.branding.accent },
    patience: PATIENCE,
  })
  // Signed before and never sent: that comes first, and nothing is signed twice.
  const isPending = (await store.list(host.origin)).length > 0
  const runtime = prepared.start(host)
  root.render(<LinkPage runtime={runtime} />)
  if (isPending) return
  const answer = await prepared.submit(commandOf(link, identity), new AbortController().signal)
  if (isDeliverable(answer)) prepared.received(answer.receipt.id)
}

function commandOf(
  link: LinkAddress,
  requestId: string,
): Parameters<ReturnType<typeof createHostedRuntime>['submit']>[0] {
  const replaces = link.dst !== null && sameObject(link.src, link.dst.url)
  return {
    requestId,
    documents: [{ id: LINKED_ID, name: link.name, blob: null, type: null, version: null, sha256: link.sha256 }],
    // What takes the place of the document must hold it.
    profile: replaces ? 'PAdES' : 'auto',
    level: null,
    reason: null,
    location: null,
    signer: null,
    fields: {},
    visible: false,
    unattended: false,
    envelope: link.who === null ? null : { kind: 'act', signatory: link.who },
  }
}

start().catch((error: unknown) => root.render(<ClosedPage closed={{ kind: 'failed', refusal: refusalOf(error) }} />))
