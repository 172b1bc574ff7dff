// The page in a CRM's frame. What only the network and the browser can answer is asked here, at once and side by side, while React and
// the page itself are still being read.
import { currentEmbedder } from './hosts/post-message/embedder.ts'
import { afterPaint } from './platform/after-paint.ts'
import { reachStorage } from './platform/storage-access.ts'
import { readConfig } from './read-config.entry.ts'
import { chooseLocale, loadFirstWords } from './ui/i18n/catalogue.ts'
import { usualLocale } from './ui/i18n/locale-choice.ts'
import './ui/styles/index.css'
import './ui/styles/hosted.css'

/** What was asked, for the page to wait for. */
export type Early = ReturnType<typeof ask>

function ask() {
  const embedder = currentEmbedder()
  const wanted = new URLSearchParams(location.search).get('locale')
  const locale = wanted ? chooseLocale([wanted]) : usualLocale()
  const opening = loadFirstWords(locale).then(
    (words) => ({ locale, words }),
    () => null,
  )
  // What a person came for comes first: whatever it does not need waits until it is painted.
  let onShown: () => void = () => undefined
  const shown = new Promise<void>((resolve) => {
    onShown = () => resolve(afterPaint())
  })
  const opens = embedder.kind === 'framed' && self.origin !== 'null'
  const asked = opens ? Promise.all([readConfig(true, shown), reachStorage('silent')]) : null
  asked?.catch(() => undefined)
  /** `asked`: null where the frame does not open. */
  return { embedder, opening, asked, shown, onShown }
}

// The bundler puts this in one file with what other pages load, too.
if (document.documentElement.dataset['entry'] === 'frame') {
  const early = ask()
  void Promise.all([import('./frame.entry.tsx'), early.opening]).then(([{ openFrame }, opening]) =>
    openFrame(early, opening),
  )
}
