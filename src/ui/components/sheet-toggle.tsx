import { useI18n } from '../i18n/context.tsx'

type Props = Readonly<{
  unfolded: boolean
  controls: string
  summary: string
  /** What unfolding is for; options unless said. */
  label?: string
  onToggle: () => void
}>

/** On a narrow screen what a panel holds folds into one line, so that the document keeps the room. */
export function SheetToggle({ unfolded, controls, summary, label, onToggle }: Props) {
  const i18n = useI18n()
  return (
    <button type="button" className="sheet-toggle" aria-expanded={unfolded} aria-controls={controls} onClick={onToggle}>
      <span className="ellipsis">{summary}</span>
      <span className="change">{unfolded ? i18n.t('sign.fewerOptions') : (label ?? i18n.t('sign.moreOptions'))}</span>
    </button>
  )
}
