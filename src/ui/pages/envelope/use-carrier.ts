import { useEffect, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import { LARGE_TOGETHER, type EnclosedDocument } from '../../../core/envelope/enclosed.ts'
import type { EnvelopeLanguage } from '../../../core/envelope/manifest.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { useServices } from '../../services.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

/** Why one PDF needs a cover sheet: it is signed already, or nothing can be written into it. */
export type WhyCover = 'several' | 'other' | 'signed' | 'closed'

/** The PDF that will carry the envelope: the one document itself, or a cover sheet that stands for all. */
export type Carrier =
  | Readonly<{ kind: 'working' }>
  /** `archive`: the part of PDF/A that it says it keeps; 0: none. */
  | Readonly<{ kind: 'plain'; file: SourceFile; archive: number }>
  | Readonly<{
      kind: 'cover'
      file: SourceFile
      enclosed: readonly EnclosedDocument[]
      why: WhyCover
      /** It says the title as it is now. */
      isCurrent: boolean
    }>
  | Readonly<{ kind: 'refused'; refusal: Refusal }>

type Wanted = Readonly<{
  files: readonly SourceFile[]
  /** Null: by their size. */
  beside: boolean | null
  title: string
  language: EnvelopeLanguage
}>

export const isLarge = (files: readonly SourceFile[]): boolean =>
  files.reduce((sum, { blob }) => sum + blob.size, 0) > LARGE_TOGETHER

type Described = Readonly<
  { for: readonly SourceFile[]; beside: boolean } & (
    | { plain: SourceFile; archive: number }
    | { enclosed: readonly EnclosedDocument[]; why: WhyCover }
    | { refusal: Refusal }
  )
>
type Covered = Readonly<{ for: Described; title: string; language: EnvelopeLanguage; file: SourceFile }>

/** Long enough for a word to be typed: a new title is a new sheet. */
const PAUSE_MS = 600

export function useCarrier({ files, beside, title, language }: Wanted): Carrier {
  const envelopes = useRunEnvelope()
  const { documents } = useServices()
  const [described, setDescribed] = useState<Described | null>(null)
  const [covered, setCovered] = useState<Covered | null>(null)
  const apart = beside ?? isLarge(files)

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const describe = async (): Promise<Described> => {
      const base = { for: files, beside: apart }
      const [only, ...others] = files
      let why: WhyCover = 'several'
      if (only && others.length === 0) {
        const { pdf, refused } = await documents.inspect(only, { signal })
        if (pdf && pdf.signatures === 0 && !refused) return { ...base, plain: only, archive: pdf.archive }
        why = !pdf ? 'other' : pdf.signatures > 0 ? 'signed' : 'closed'
      }
      return { ...base, enclosed: await envelopes.describe({ files, attached: !apart }, { signal }), why }
    }
    describe()
      .then((found) => !signal.aborted && setDescribed(found))
      .catch((error: unknown) => {
        if (!isAbort(error) && !signal.aborted) setDescribed({ for: files, beside: apart, refusal: refusalOf(error) })
      })
    return () => controller.abort()
  }, [files, apart, documents, envelopes])

  useEffect(() => {
    if (!described || !('enclosed' in described)) return
    const controller = new AbortController()
    const { signal } = controller
    const { enclosed, for: own } = described
    const isFirst = covered?.for !== described
    const timer = setTimeout(
      () => {
        envelopes
          .cover({ files: own, enclosed, title, language }, { signal })
          .then((file) => !signal.aborted && setCovered({ for: described, title, language, file }))
          .catch((error: unknown) => {
            if (!isAbort(error) && !signal.aborted)
              setDescribed({ for: own, beside: described.beside, refusal: refusalOf(error) })
          })
      },
      isFirst ? 0 : PAUSE_MS,
    )
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
    // `covered` only tells whether there is a sheet to look at meanwhile.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [described, title, language, envelopes])

  if (!described || described.for !== files || described.beside !== apart) return { kind: 'working' }
  if ('refusal' in described) return { kind: 'refused', refusal: described.refusal }
  if ('plain' in described) return { kind: 'plain', file: described.plain, archive: described.archive }
  if (covered?.for !== described) return { kind: 'working' }
  const isCurrent = covered.title === title && covered.language === language
  return { kind: 'cover', file: covered.file, enclosed: described.enclosed, why: described.why, isCurrent }
}
