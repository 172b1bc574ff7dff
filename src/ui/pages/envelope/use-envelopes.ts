import { useCallback, useRef, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import type { SignDocuments } from '../../../app/sign-documents.ts'
import { isAbort, SignError } from '../../../core/errors.ts'
import type { CopyComparison, EnvelopeView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { useServices } from '../../services.tsx'
import type { Copy } from './conflict-view.tsx'
import type { OpenedFile } from './dashboard-rows.ts'
import type { Deed, Done } from './desk.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

export type OnTable =
  | Readonly<{ at: 'start'; refusal: Refusal | null }>
  | Readonly<{ at: 'reading'; name: string }>
  | Readonly<{ at: 'prepare'; file: SourceFile }>
  | Readonly<{ at: 'desk'; file: SourceFile; view: EnvelopeView; done: Done | null }>
  | Readonly<{ at: 'many' }>
  | Readonly<{ at: 'conflict'; copies: readonly [Copy, Copy]; comparison: CopyComparison }>

const START: OnTable = { at: 'start', refusal: null }

export interface EnvelopeTable {
  readonly table: OnTable
  /** Those of the dashboard: they stay while one of them is open. */
  readonly files: readonly OpenedFile[]
  /** How many of them are still to be read. */
  readonly reading: number
  readonly give: (files: readonly File[]) => void
  readonly open: (index: number) => void
  readonly compare: (index: number, other: number) => void
  readonly keep: (copy: Copy) => void
  readonly settle: (result: EnvelopeResult, deed: Deed) => void
  readonly cancel: () => void
  /** Back to the dashboard if there is one, else to the start. */
  readonly close: () => void
  readonly clear: () => void
}

/** What is signed already, or cannot be written to, is told at once and not after all the work. */
async function whyNotPrepared(documents: SignDocuments, file: SourceFile): Promise<Refusal | null> {
  const { pdf, refused } = await documents.inspect(file)
  if (!pdf || pdf.signatures === 0) return refused
  return { code: 'ENVELOPE_ALREADY_SIGNED', message: `${String(pdf.signatures)} signatures`, details: {} }
}

const sourceOf = (file: File): SourceFile => ({ name: file.name, blob: file })

/** What lies on the page for envelopes: a document to be prepared, one envelope, or many. */
export function useEnvelopes(): EnvelopeTable {
  const envelopes = useRunEnvelope()
  const { documents } = useServices()
  const [table, setTable] = useState<OnTable>(START)
  const [files, setFiles] = useState<readonly OpenedFile[]>([])
  const [reading, setReading] = useState(0)
  const controller = useRef<AbortController | null>(null)

  const cancel = useCallback(() => {
    controller.current?.abort()
    controller.current = null
    setReading(0)
  }, [])
  const close = useCallback(() => {
    cancel()
    setTable(files.length > 0 ? { at: 'many' } : START)
  }, [cancel, files])
  const clear = useCallback(() => {
    cancel()
    setFiles([])
    setTable(START)
  }, [cancel])

  /** Another copy of the envelope that lies open: the later one counts, and what diverged is shown. */
  const place = useCallback(
    (file: SourceFile, view: EnvelopeView, before: OnTable) => {
      if (before.at !== 'desk' || before.view.manifest.id !== view.manifest.id) {
        return setTable({ at: 'desk', file, view, done: null })
      }
      const comparison = envelopes.compare(before.view, view)
      const shown = { file: before.file, view: before.view }
      switch (comparison.relation) {
        case 'diverged':
          return setTable({ at: 'conflict', copies: [shown, { file, view }], comparison })
        case 'second-behind':
        case 'second-replaced':
          return setTable({ at: 'desk', ...shown, done: before.done })
        case 'same':
        case 'first-behind':
        case 'first-replaced':
        case 'unrelated':
          return setTable({ at: 'desk', file, view, done: null })
      }
    },
    [envelopes],
  )

  const readOne = useCallback(
    async (file: SourceFile, before: OnTable, signal: AbortSignal) => {
      setTable({ at: 'reading', name: file.name })
      try {
        place(file, await envelopes.open(file, { signal }), before)
      } catch (error) {
        if (signal.aborted || isAbort(error)) return setTable(before)
        const isDocument = error instanceof SignError && error.code === 'ENVELOPE_MANIFEST_MISSING'
        const refusal = isDocument ? await whyNotPrepared(documents, file) : refusalOf(error)
        if (signal.aborted) return setTable(before)
        setTable(refusal ? { at: 'start', refusal } : { at: 'prepare', file })
      }
    },
    [envelopes, documents, place],
  )

  const readMany = useCallback(
    async (more: readonly SourceFile[], signal: AbortSignal) => {
      setTable({ at: 'many' })
      setReading(more.length)
      const onEntry = (entry: OpenedFile['entry'], index: number) => {
        const file = more[index]
        if (signal.aborted || !file) return
        setFiles((now) => [...now, { file, entry }])
        setReading((now) => now - 1)
      }
      try {
        await envelopes.openAll(more, { signal, onEntry })
      } catch (error) {
        if (!isAbort(error)) setTable({ at: 'start', refusal: refusalOf(error) })
      }
    },
    [envelopes],
  )

  const give = useCallback(
    (given: readonly File[]) => {
      cancel()
      const own = new AbortController()
      controller.current = own
      const [only] = given
      if (table.at !== 'many' && given.length === 1 && only) void readOne(sourceOf(only), table, own.signal)
      else void readMany(given.map(sourceOf), own.signal)
    },
    [table, cancel, readOne, readMany],
  )

  const open = useCallback(
    (index: number) => {
      const one = files[index]
      if (one && 'view' in one.entry) setTable({ at: 'desk', file: one.file, view: one.entry.view, done: null })
    },
    [files],
  )
  const compare = useCallback(
    (index: number, other: number) => {
      const [first, second] = [copyOf(files[index]), copyOf(files[other])]
      if (!first || !second) return
      setTable({ at: 'conflict', copies: [first, second], comparison: envelopes.compare(first.view, second.view) })
    },
    [files, envelopes],
  )
  const keep = useCallback((copy: Copy) => setTable({ at: 'desk', ...copy, done: null }), [])
  const settle = useCallback((made: EnvelopeResult, deed: Deed) => {
    const { file, view, result, warnings } = made
    // On the dashboard the new file takes the place of the one it continues.
    setFiles((now) =>
      now.map((one) =>
        'view' in one.entry && view.steps.some(({ sha256 }) => sha256 === copyOf(one)?.view.sha256)
          ? { file, entry: { name: file.name, view } }
          : one,
      ),
    )
    setTable({ at: 'desk', file, view, done: { ...deed, result, warnings } })
  }, [])
  return { table, files, reading, give, open, compare, keep, settle, cancel, close, clear }
}

const copyOf = (one: OpenedFile | undefined): Copy | null =>
  one && 'view' in one.entry ? { file: one.file, view: one.entry.view } : null
