import { useCallback, useEffect, useRef, useState } from 'react'
import type { ActOptions } from '../../../app/run-envelope.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'

export type RunStep = Parameters<NonNullable<ActOptions['onProgress']>>[0]

export type EnvelopeRun = Readonly<{
  /** Null: nothing is under way. */
  step: Readonly<{ name: RunStep; done: number }> | null
  refusal: Refusal | null
  /** One at a time: a second is not started while one runs. */
  start: (work: (options: Required<ActOptions>) => Promise<void>) => void
  cancel: () => void
  forget: () => void
}>

const NONE: readonly SourceFile[] = []

/**
 * One act on an envelope: its progress, its cancel, and why it was refused.
 *
 * @param beside documents that travel beside it and are at hand
 */
export function useRun(beside: readonly SourceFile[] = NONE): EnvelopeRun {
  const [step, setStep] = useState<EnvelopeRun['step']>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const controller = useRef<AbortController | null>(null)
  useEffect(() => () => controller.current?.abort(), [])
  const start = useCallback(
    (work: (options: Required<ActOptions>) => Promise<void>) => {
      if (controller.current) return
      const own = new AbortController()
      controller.current = own
      setRefusal(null)
      setStep({ name: 'reading', done: 0 })
      const onProgress = (name: RunStep, done: number) => {
        if (!own.signal.aborted) setStep({ name, done })
      }
      work({ signal: own.signal, onProgress, beside })
        .catch((error: unknown) => {
          if (!isAbort(error)) setRefusal(refusalOf(error))
        })
        .finally(() => {
          controller.current = null
          setStep(null)
        })
    },
    [beside],
  )
  const cancel = useCallback(() => controller.current?.abort(), [])
  const forget = useCallback(() => setRefusal(null), [])
  return { step, refusal, start, cancel, forget }
}
