import { useState } from 'react'
import type { EnvelopeResult, SigningMeans } from '../../../app/run-envelope.ts'
import type { KeyCard, KeyListing, KeyRef } from '../../../app/manage-keys.ts'
import type { SignatoryView } from '../../../core/envelope/view.ts'
import type { SignatureMark } from '../../../core/pdf/appearance/appearance.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { useChosenKey, useKeys } from '../../use-keys.ts'
import type { Answers } from './answers.ts'
import { missingAnswers } from './answers.ts'
import type { Deed } from './desk.tsx'
import type { EnvelopeRun } from './use-run.ts'
import { useRunEnvelope } from './use-run-envelope.ts'

/** What else is still to be done before a signature, beside the fields. */
export type Wanting = 'documents' | 'key' | 'code' | 'consent'

export type Act = Readonly<{
  listing: KeyListing | null
  chosen: KeyCard | null
  chooseKey: (key: KeyRef) => void
  refreshKeys: () => Promise<void>
  code: string
  setCode: (code: string) => void
  /** Drawn by hand; a decoration of the visible signature. */
  mark: SignatureMark | null
  setMark: (mark: SignatureMark | null) => void
  consent: boolean
  setConsent: (consent: boolean) => void
  /** Set by a press of the button that came too early. */
  wanting: Wanting | null
  /** Whether the button was pressed: from then on empty fields are pointed at. */
  asked: boolean
  sign: () => void
}>

type Params = Readonly<{
  file: SourceFile
  /** Null: nobody's turn here. */
  one: SignatoryView | null
  answers: Answers | null
  run: EnvelopeRun
  /** A document is not at hand, or not the one that was meant. */
  lacking: boolean
  /** Something is missing: a field by its name, or one of `Wanting`. */
  onMissing: (what: Readonly<{ field: string }> | Readonly<{ wanting: Wanting }>) => void
  onResult: (result: EnvelopeResult, deed: Deed) => void
}>

/** One signatory's act: with what he signs, that he agrees, and the press that does it when nothing is missing. */
export function useAct({ file, one, answers, run, lacking, onMissing, onResult }: Params): Act {
  const envelopes = useRunEnvelope()
  const { listing, refresh } = useKeys()
  const [chosen, chooseKey] = useChosenKey(listing)
  const [code, setCode] = useState('')
  const [mark, setMark] = useState<SignatureMark | null>(null)
  const [consent, setConsent] = useState(false)
  const [wanting, setWanting] = useState<Wanting | null>(null)
  const [asked, setAsked] = useState(false)

  const means = (): SigningMeans | null => {
    if (one?.signatory.kind === 'simple') return code.trim() === '' ? null : { kind: 'code', code: code.trim() }
    return chosen && { kind: 'key', key: chosen.ref }
  }
  const sign = () => {
    if (!one || !answers) return
    setAsked(true)
    const { signatory } = one
    if (lacking) return onMissing({ wanting: 'documents' })
    const [first] = missingAnswers(signatory, answers)
    if (first !== undefined) return onMissing({ field: first })
    const by = means()
    const wants = by ? (consent ? null : 'consent') : signatory.kind === 'simple' ? 'code' : 'key'
    setWanting(wants)
    if (wants) onMissing({ wanting: wants })
    if (wants || !by) return
    run.start(async (options) => {
      const { name, company, values } = answers
      const given = { values, name: name.trim(), company: company.trim(), ...(mark ? { mark } : {}) }
      const result = await envelopes.sign({ file, signatory: signatory.id, means: by, ...given }, options)
      onResult(result, { act: 'signed', signatory: signatory.id })
    })
  }
  return {
    listing,
    chosen,
    chooseKey,
    refreshKeys: refresh,
    code,
    setCode,
    mark,
    setMark,
    consent,
    setConsent: (next) => {
      setConsent(next)
      if (wanting === 'consent') setWanting(null)
    },
    wanting,
    asked,
    sign,
  }
}
