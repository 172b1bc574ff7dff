import { useId } from 'react'
import { useI18n } from '../i18n/context.tsx'

type Props = Readonly<{
  label: string
  choices: readonly number[]
  years: number
  onYears: (years: number) => void
}>

/** For how long a certificate is to be valid. */
export function YearsField({ label, choices, years, onYears }: Props) {
  const i18n = useI18n()
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={years} onChange={(event) => onYears(Number(event.target.value))}>
        {choices.map((count) => (
          <option key={count} value={count}>
            {i18n.t('keys.years', { count })}
          </option>
        ))}
      </select>
    </div>
  )
}
