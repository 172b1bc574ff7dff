// The page in a CRM's frame. What only the network and the browser can answer is asked here, at once and side by side, while React and
// the page itself are still being read.
import { currentEmbedder } from './hosts/post-message/embedder.ts'
import { openDeliveries } from './platform/deliveries.ts'
import { reachStorage } from './platform/storage-access.ts'
import { ownStorage, readConfig } from './read-config.entry.ts'
import { chooseLocale, loadFirstWords } from './ui/i18n/catalogue.ts'
import { usualLocale } from './ui/i18n/locale-choice.ts'
import './ui/styles/index.css'
import './ui/styles/hosted.css'

const embedder = currentEmbedder()
const wanted = new URLSearchParams(location.search).get('locale')
const locale = wanted ? chooseLocale([wanted]) : usualLocale()
const opening = loadFirstWords(locale).then(
  (words) => ({ locale, words }),
  () => null,
)
const store = openDeliveries(ownStorage)
const opened =
  embedder.kind === 'framed' && self.origin !== 'null'
    ? // Opened by the way: nothing is signed again that an earlier life of this frame signed.
      { asked: Promise.all([readConfig(true), reachStorage('silent')]), kept: store.list(embedder.origins[0]) }
    : null
opened?.asked.catch(() => undefined)

export type Early = Readonly<{
  embedder: typeof embedder
  opening: Awaited<typeof opening>
  store: typeof store
  /** Null where the frame does not open. */
  asked: NonNullable<typeof opened>['asked'] | null
}>

void Promise.all([import('./frame.entry.tsx'), opening]).then(([{ openFrame }, first]) =>
  openFrame({ embedder, opening: first, store, asked: opened?.asked ?? null }),
)
