import { useCallback, useRef, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { EnvelopeResult } from '../../../app/run-envelope.ts'
import { filesOf, isAwaited, NOTHING_BESIDE, takeBeside, type Beside } from '../../../app/take-beside.ts'
import { isAbort } from '../../../core/errors.ts'
import type { CopyComparison, EnvelopeView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import type { Copy } from './conflict-view.tsx'
import type { OpenedFile } from './dashboard-rows.ts'
import type { Deed, Done } from './desk.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

export type OnTable =
  | Readonly<{ at: 'start'; refusal: Refusal | null }>
  | Readonly<{ at: 'reading'; name: string }>
  | Readonly<{ at: 'prepare'; files: readonly SourceFile[] }>
  | Readonly<{ at: 'desk'; file: SourceFile; view: EnvelopeView; beside: Beside; done: Done | null }>
  | Readonly<{ at: 'many' }>
  | Readonly<{ at: 'conflict'; copies: readonly [Copy, Copy]; comparison: CopyComparison }>

type OnDesk = Extract<OnTable, { at: 'desk' }>

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
  /** @param beside documents that were handed over, where they are not those of the envelope on the desk */
  readonly settle: (result: EnvelopeResult, deed: Deed, beside?: Beside) => void
  readonly cancel: () => void
  /** Back to the dashboard if there is one, else to the start. */
  readonly close: () => void
  readonly clear: () => void
}

/** No envelope, and nothing wrong with it as a document: a file that calls itself a PDF and is none was damaged on its way. */
function isDocument({ name }: SourceFile, code: string): boolean {
  if (code === 'FORMAT_NOT_PDF') return !/\.pdf$/i.test(name)
  return code === 'ENVELOPE_MANIFEST_MISSING' || code.startsWith('FORMAT_')
}

const sourceOf = (file: File): SourceFile => ({ name: file.name, blob: file })

/** What lies on the page for envelopes: a document to be prepared, one envelope, or many. */
export function useEnvelopes(): EnvelopeTable {
  const envelopes = useRunEnvelope()
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
        return setTable({ at: 'desk', file, view, beside: NOTHING_BESIDE, done: null })
      }
      const comparison = envelopes.compare(before.view, view)
      const { beside } = before
      const shown = { file: before.file, view: before.view }
      switch (comparison.relation) {
        case 'diverged':
          return setTable({ at: 'conflict', copies: [shown, { file, view }], comparison })
        case 'second-behind':
        case 'second-replaced':
          return setTable({ at: 'desk', ...shown, beside, done: before.done })
        case 'same':
        case 'first-behind':
        case 'first-replaced':
        case 'unrelated':
          return setTable({ at: 'desk', file, view, beside: NOTHING_BESIDE, done: null })
      }
    },
    [envelopes],
  )

  /** Files for the envelope on the desk; what is none of its documents may be another copy of it. */
  const addBeside = useCallback(
    async (more: readonly SourceFile[], before: OnDesk, signal: AbortSignal): Promise<boolean> => {
      const beside = await takeBeside(envelopes, before.view, before.beside, more, { signal })
      const isNone = beside.wrong.length === more.length
      if (isNone && more.every(({ name }) => /\.pdf$/i.test(name))) return false
      const view = await envelopes.open(before.file, { signal, beside: filesOf(beside) })
      if (!signal.aborted) setTable({ ...before, view, beside })
      return true
    },
    [envelopes],
  )

  const readOne = useCallback(
    async (file: SourceFile, before: OnTable, signal: AbortSignal) => {
      try {
        if (before.at === 'desk' && isAwaited(before.view) && (await addBeside([file], before, signal))) return
        setTable({ at: 'reading', name: file.name })
        place(file, await envelopes.open(file, { signal }), before)
      } catch (error) {
        if (signal.aborted || isAbort(error)) return setTable(before)
        const refusal = refusalOf(error)
        setTable(isDocument(file, refusal.code) ? { at: 'prepare', files: [file] } : { at: 'start', refusal })
      }
    },
    [envelopes, place, addBeside],
  )

  /**
   * Documents alone are prepared together; one envelope that awaits documents takes the others for these; anything else is a table
   * of many, as soon as that is known.
   */
  const readMany = useCallback(
    async (more: readonly SourceFile[], before: OnTable, signal: AbortSignal) => {
      const read: OpenedFile[] = []
      let isTable = before.at === 'many'
      const show = () => {
        isTable = true
        setTable({ at: 'many' })
        setFiles((now) => [...now, ...read])
        setReading(more.length - read.length)
      }
      if (isTable) show()
      else setTable({ at: 'reading', name: more[0]?.name ?? '' })
      const onEntry = (entry: OpenedFile['entry'], index: number) => {
        const file = more[index]
        if (signal.aborted || !file) return
        read.push({ file, entry })
        if (isTable) {
          setFiles((now) => [...now, { file, entry }])
          setReading((now) => now - 1)
        } else if ('view' in entry ? !isAwaited(entry.view) : !isDocument(file, entry.code)) show()
      }
      try {
        if (before.at === 'desk' && isAwaited(before.view) && (await addBeside(more, before, signal))) return
        await envelopes.openAll(more, { signal, onEntry })
        if (isTable || signal.aborted) return
        const [awaiting, ...others] = read.flatMap((one) => copyOf(one) ?? [])
        if (!awaiting) return setTable({ at: 'prepare', files: more })
        if (others.length > 0) return show()
        const rest = more.filter((file) => file !== awaiting.file)
        const desk = { at: 'desk' as const, ...awaiting, beside: NOTHING_BESIDE, done: null }
        if (!(await addBeside(rest, desk, signal))) show()
      } catch (error) {
        if (!isAbort(error)) setTable({ at: 'start', refusal: refusalOf(error) })
      }
    },
    [envelopes, addBeside],
  )

  const give = useCallback(
    (given: readonly File[]) => {
      cancel()
      const own = new AbortController()
      controller.current = own
      const [only] = given
      if (table.at !== 'many' && given.length === 1 && only) void readOne(sourceOf(only), table, own.signal)
      else void readMany(given.map(sourceOf), table, own.signal)
    },
    [table, cancel, readOne, readMany],
  )

  const open = useCallback(
    (index: number) => {
      const one = files[index]
      if (one && 'view' in one.entry) {
        setTable({ at: 'desk', file: one.file, view: one.entry.view, beside: NOTHING_BESIDE, done: null })
      }
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
  const keep = useCallback((copy: Copy) => setTable({ at: 'desk', ...copy, beside: NOTHING_BESIDE, done: null }), [])
  const settle = useCallback((made: EnvelopeResult, deed: Deed, handed?: Beside) => {
    const { file, view, result, detached, warnings } = made
    // On the dashboard the new file takes the place of the one it continues.
    setFiles((now) =>
      now.map((one) =>
        'view' in one.entry && view.steps.some(({ sha256 }) => sha256 === copyOf(one)?.view.sha256)
          ? { file, entry: { name: file.name, view } }
          : one,
      ),
    )
    setTable((now) => ({
      at: 'desk',
      file,
      view,
      beside: handed ?? (now.at === 'desk' ? now.beside : NOTHING_BESIDE),
      done: { ...deed, result, detached, warnings },
    }))
  }, [])
  return { table, files, reading, give, open, compare, keep, settle, cancel, close, clear }
}

const copyOf = (one: OpenedFile | undefined): Copy | null =>
  one && 'view' in one.entry ? { file: one.file, view: one.entry.view } : null
