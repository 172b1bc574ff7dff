import { Fragment } from 'react'
import { useI18n } from '../../i18n/context.tsx'
import { partsOf } from './evidence-parts.ts'

/** Where something was seen: pages are a step away, objects stand by their numbers. */
export function Evidence({ text, onShowPage }: { text: string; onShowPage: (page: number) => void }) {
  const i18n = useI18n()
  return (
    <span className="muted">
      {partsOf(text).map((part, index) => (
        <Fragment key={index}>
          {typeof part === 'string' ? (
            part
          ) : (
            <button type="button" className="link-button" onClick={() => onShowPage(part.page)}>
              {i18n.t('sign.evidencePage', { page: part.page })}
            </button>
          )}
        </Fragment>
      ))}
    </span>
  )
}
