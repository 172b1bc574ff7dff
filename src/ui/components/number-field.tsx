import { useState } from 'react'

type Props = Readonly<{
  id: string
  label: string
  value: number
  min: number
  max: number
  /** Of the arrows beside it; 1 unless given. */
  step?: number
  problem?: string | null
  onValue: (value: number) => void
}>

/** A number with its label; what is typed stays as typed until the field is left. */
export function NumberField({ id, label, value, min, max, step = 1, problem = null, onValue }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input tabular"
        type="number"
        inputMode={step < 1 ? 'decimal' : 'numeric'}
        min={min}
        max={max}
        step={step}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        value={typed ?? String(value)}
        onChange={(event) => {
          setTyped(event.target.value)
          if (event.target.value !== '') onValue(event.target.valueAsNumber)
        }}
        onBlur={() => setTyped(null)}
      />
      {problem !== null && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
}
