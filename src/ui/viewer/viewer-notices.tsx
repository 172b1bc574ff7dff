import { Notice } from '../components/notice.tsx'
import { useI18n } from '../i18n/context.tsx'

type Props = Readonly<{ warnings: readonly string[]; failures: ReadonlyMap<number, string> }>

/** What you see is what you sign: when something could not be drawn, it is said above the page and not in a console. */
export function ViewerNotices({ warnings, failures }: Props) {
  const i18n = useI18n()
  const pages = [...failures.keys()].toSorted((a, b) => a - b)
  const details = [...pages.map((page) => failures.get(page) ?? ''), ...warnings]
  if (details.length === 0) return null
  return (
    <div className="viewer-notices">
      <Notice
        tone="warn"
        role="alert"
        title={
          pages.length > 0
            ? i18n.t('viewer.pagesNotDrawn', { count: pages.length, list: i18n.list(pages.map(String)) })
            : i18n.t('viewer.notFaithful')
        }
      >
        <p>{i18n.t('viewer.notFaithfulMeaning')}</p>
        <details>
          <summary>{i18n.t('viewer.whatViewerSaid')}</summary>
          <ul className="viewer-said">
            {details.map((each) => (
              <li key={each}>
                <code>{each}</code>
              </li>
            ))}
          </ul>
        </details>
      </Notice>
    </div>
  )
}
