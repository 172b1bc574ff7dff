import { useI18n } from '../../i18n/context.tsx'

type Props = Readonly<{
  id: string
  code: string
  missing: boolean
  disabled: boolean
  onCode: (code: string) => void
}>

/** The code that the sender gave, in place of a certificate. */
export function CodeField({ id, code, missing, disabled, onCode }: Props) {
  const i18n = useI18n()
  return (
    <div className="field">
      <label htmlFor={id}>{i18n.t('envelope.code')}</label>
      <input
        id={id}
        className="input mono"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={200}
        value={code}
        disabled={disabled}
        aria-invalid={missing}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onCode(event.target.value)}
      />
      <p className={missing ? 'problem' : 'hint'} id={`${id}-hint`}>
        {i18n.t(missing ? 'envelope.codeFirst' : 'envelope.codeMeans')}
      </p>
    </div>
  )
}
