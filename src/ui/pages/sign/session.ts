import { useCallback, useEffect, useRef, useState } from 'react'
import { changedValues, suggestedValues } from '../../../app/form-values.ts'
import type { FormValues } from '../../../app/form-values.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type {
  Beside,
  DocumentInspection,
  SignDocuments,
  SignEvent,
  SignOptions,
  SignOutcome,
  SignRequestItem,
  VisiblePlace,
} from '../../../app/sign-documents.ts'
import type { KeyRef } from '../../../app/manage-keys.ts'
import { SEAL_FIELD } from '../../../core/envelope/manifest.ts'
import { isAbort } from '../../../core/errors.ts'
import type { FieldValue } from '../../../core/pdf/fill/describe.ts'
import { containerFor } from './container.ts'
import { loadFont } from './font.ts'
import { DEFAULT_LOOK } from './look-default.ts'
import type { Look } from './look-default.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { useServices } from '../../services.tsx'

export type SessionItem = Readonly<{
  id: number
  file: SourceFile
  /** Null while it is read. */
  inspection: DocumentInspection | null
  /** Counts the passwords tried. */
  attempt: number
  /** What the person, or a host, put into the fields of its form. */
  values: FormValues
  /** Counts how often they were set from outside the form, which is then drawn anew. */
  refills: number
  /** Held in a closure: no password lies readable in React's state. */
  password?: () => string
}>

export type Run =
  | Readonly<{ status: 'idle'; refusal: Refusal | null }>
  | Readonly<{ status: 'running'; events: readonly (SignEvent | null)[]; finished: number; total: number }>
  | Readonly<{ status: 'done'; outcomes: readonly SignOutcome[] }>

const DEFAULT_OPTIONS: Omit<SignOptions, 'level'> = { container: 'auto', place: { kind: 'none' } }

const placeIn = (name: string) => ({ kind: 'field', name }) as const

const IDLE: Run = { status: 'idle', refusal: null }
const INSPECTIONS_AT_ONCE = 4

/** Lower left of the last page: there on any page size, whatever the batch holds. */
export const BATCH_PLACE: VisiblePlace = { kind: 'box', page: -1, rect: [36, 36, 236, 100] }

/** The place that holds for what is on the table: one made for one document means something else for many. */
export function placeFor({ items, options }: Pick<SignSession, 'items' | 'options'>): VisiblePlace {
  const { place } = options
  if (place.kind === 'none') return place
  if (items.length > 1) return place.kind === 'box' ? BATCH_PLACE : { kind: 'none' }
  return place === BATCH_PLACE ? { kind: 'none' } : place
}

/** Where the person is to look: a page, or a field of the form. A new object asks again. */
export type Target = Readonly<{ page: number; field?: never } | { page?: never; field: string }>

/** What its author asks of the first signature: to certify the document, to close its form. */
export type AuthorWishes = { readonly [Key in 'certify' | 'lock']?: SignOptions[Key] | undefined }

export interface SignSession {
  readonly items: readonly SessionItem[]
  readonly options: SignOptions
  readonly run: Run
  readonly look: Look
  readonly setLook: (look: Look) => void
  readonly add: (files: readonly SourceFile[]) => void
  readonly remove: (id: number) => void
  readonly clear: () => void
  readonly unlock: (id: number, password: string) => void
  /** What a host suggests for the form fields of its documents; a person may change it. */
  readonly suggest: (values: FormValues) => void
  readonly setValue: (id: number, field: string, value: FieldValue) => void
  readonly clearValues: (id: number) => void
  readonly target: Target | null
  readonly show: (target: Target) => void
  readonly author: AuthorWishes
  readonly setAuthor: (change: AuthorWishes) => void
  readonly setOptions: (change: Partial<SignOptions>) => void
  /** The second key as the person chose it; undefined: nothing was chosen yet. */
  readonly beside: Beside | null | undefined
  readonly setBeside: (beside: Beside | null) => void
  /** @param finish what is added to the options at the last moment: how the signature looks, with the time of now */
  readonly sign: (key: KeyRef, finish?: () => Promise<Partial<SignOptions>>, beside?: Beside | null) => Promise<void>
  readonly cancel: () => void
  /** After a finished run: the failed ones stay, to be tried again. */
  readonly keepFailed: () => void
  /** The person insists on signing an envelope as if it were any document. */
  readonly insistOnEnvelopes: boolean
  readonly insist: () => void
}

/** Known by the field of its seal: signed as any document is, it is an envelope no more. */
export const isEnvelope = ({ inspection }: SessionItem): boolean =>
  inspection?.pdf?.docMdp === 2 && inspection.pdf.fields.some(({ name, signed }) => signed && name.endsWith(SEAL_FIELD))

/** Envelopes that an ordinary signature would go into, and nobody insisted on it. */
export function envelopesAmong({ items, options, insistOnEnvelopes }: SignSession): readonly SessionItem[] {
  if (insistOnEnvelopes || options.container === 'detached') return []
  return items.filter((item) => isEnvelope(item))
}

/** Inspects what is not yet known, a few at a time, whatever is added or removed meanwhile. */
function useInspections(
  documents: SignDocuments,
  items: readonly SessionItem[],
  onInspected: (id: number, inspection: DocumentInspection) => void,
) {
  const running = useRef(new Set<string>())
  useEffect(() => {
    const waiting = items.filter((item) => !item.inspection && !running.current.has(keyOf(item)))
    for (const item of waiting.slice(0, INSPECTIONS_AT_ONCE - running.current.size)) {
      const key = keyOf(item)
      running.current.add(key)
      const options = item.password === undefined ? {} : { password: item.password() }
      documents
        .inspect(item.file, options)
        .catch((error: unknown) => unreadable(item.file, refusalOf(error)))
        .then((inspection) => {
          running.current.delete(key)
          onInspected(item.id, inspection)
        })
        .catch(() => running.current.delete(key))
    }
  }, [documents, items, onInspected])
}

const keyOf = (item: SessionItem) => `${String(item.id)}/${String(item.attempt)}`

function unreadable(file: SourceFile, refused: Refusal): DocumentInspection {
  return {
    name: file.name,
    size: file.blob.size,
    kind: 'other',
    containers: [],
    proposed: null,
    pdf: null,
    warnings: [],
    refused,
  }
}

/** Documents on the table, how they are to be signed, and the run: the state of every page that signs. */
export function useSignSession(documents: SignDocuments): SignSession {
  const { level } = useServices()
  const [items, setItems] = useState<readonly SessionItem[]>([])
  const [options, setAllOptions] = useState<SignOptions>({ ...DEFAULT_OPTIONS, level })
  const [run, setRun] = useState<Run>(IDLE)
  const [look, setLook] = useState(DEFAULT_LOOK)
  const [author, setAllAuthor] = useState<AuthorWishes>({})
  const [target, show] = useState<Target | null>(null)
  const suggested = useRef<FormValues>({})
  const [beside, setBeside] = useState<Beside | null>()
  const [insistOnEnvelopes, setInsist] = useState(false)
  const nextId = useRef(1)
  const controller = useRef<AbortController | null>(null)

  const onInspected = useCallback((id: number, inspection: DocumentInspection) => {
    const filled = (values: FormValues): FormValues => ({ ...suggestionsFor(inspection, suggested.current), ...values })
    setItems((now) => now.map((item) => (item.id === id ? { ...item, inspection, values: filled(item.values) } : item)))
    // A document that brings a field for the signature says where it is wanted.
    const field = inspection.pdf?.fields.find((each) => !each.signed && each.refused === null)
    if (field) setAllOptions((now) => (now.place.kind === 'none' ? { ...now, place: placeIn(field.name) } : now))
  }, [])
  useInspections(documents, items, onInspected)

  const add = useCallback((files: readonly SourceFile[]) => {
    setRun((now) => (now.status === 'running' ? now : IDLE))
    setInsist(false)
    setItems((now) => [
      ...now,
      ...files.map((file) => ({ id: nextId.current++, file, inspection: null, attempt: 0, values: {}, refills: 0 })),
    ])
  }, [])
  const remove = useCallback((id: number) => setItems((now) => now.filter((item) => item.id !== id)), [])
  const clear = useCallback(() => {
    setItems([])
    setRun(IDLE)
    setAllOptions({ ...DEFAULT_OPTIONS, level })
    setAllAuthor({})
  }, [level])
  const unlock = useCallback((id: number, password: string) => {
    const opened = (item: SessionItem) => ({
      ...item,
      attempt: item.attempt + 1,
      password: () => password,
      inspection: null,
    })
    setItems((now) => now.map((item) => (item.id === id ? opened(item) : item)))
  }, [])
  const suggest = useCallback((values: FormValues) => {
    suggested.current = values
  }, [])
  const setValue = useCallback((id: number, field: string, value: FieldValue) => {
    const filled = (item: SessionItem) => ({ ...item, values: { ...item.values, [field]: value } })
    setItems((now) => now.map((item) => (item.id === id ? filled(item) : item)))
  }, [])
  const clearValues = useCallback((id: number) => {
    const cleared = (item: SessionItem) => ({ ...item, values: {}, refills: item.refills + 1 })
    setItems((now) => now.map((item) => (item.id === id ? cleared(item) : item)))
  }, [])
  const setOptions = useCallback((change: Partial<SignOptions>) => setAllOptions((now) => ({ ...now, ...change })), [])
  const setAuthor = useCallback((change: AuthorWishes) => setAllAuthor((now) => ({ ...now, ...change })), [])
  const cancel = useCallback(() => controller.current?.abort(), [])

  const sign: SignSession['sign'] = async (key, finish, second = null) => {
    const own = new AbortController()
    controller.current = own
    setRun({ status: 'running', events: items.map(() => null), finished: 0, total: items.length })
    const onEvent = gathered(items.length, (events, finished) =>
      setRun((now) => (now.status === 'running' ? { ...now, events, finished } : now)),
    )
    const place = placeFor({ items, options })
    try {
      const requested = await Promise.all(
        items.map((item) => requestFor(item, options, items.length === 1 ? author : {})),
      )
      const finished = await finish?.()
      const outcomes = await documents.sign(
        { items: requested, key, beside: second, options: { ...options, place, ...finished } },
        { signal: own.signal, onEvent },
      )
      setRun({ status: 'done', outcomes })
    } catch (error) {
      setRun({ status: 'idle', refusal: isAbort(error) ? null : refusalOf(error) })
    }
  }

  const keepFailed = useCallback(() => {
    if (run.status !== 'done') return
    const failed = new Set(run.outcomes.filter((each) => each.status !== 'signed').map((each) => each.index))
    setItems(items.filter((_item, index) => failed.has(index)))
    setRun(IDLE)
  }, [items, run])

  return {
    beside,
    setBeside,
    items,
    options,
    run,
    look,
    setLook,
    add,
    remove,
    clear,
    unlock,
    suggest,
    setValue,
    clearValues,
    target,
    show,
    author,
    setAuthor,
    setOptions,
    sign,
    cancel,
    keepFailed,
    insistOnEnvelopes,
    insist: () => setInsist(true),
  }
}

/** What cannot be put in is told to the host, not silently left out: see `useSuggestions`. */
function suggestionsFor({ pdf }: DocumentInspection, suggested: FormValues): FormValues {
  try {
    return suggestedValues(pdf?.form ?? null, suggested)
  } catch {
    return {}
  }
}

/** The document with what is its own: its password, what was put into its form, and what its author wants of it. */
async function requestFor(item: SessionItem, options: SignOptions, author: AuthorWishes): Promise<SignRequestItem> {
  const { file, inspection, password, values } = item
  const form = inspection?.pdf?.form ?? null
  const fills = form?.closed === null && containerFor(inspection, options) === 'embedded'
  const changed = changedValues(form, values)
  // Without values no font is needed, but an empty required field is still found.
  const font = Object.keys(changed).length > 0 ? await loadFont() : new Uint8Array()
  return {
    file,
    options: {
      ...(password === undefined ? {} : { password: password() }),
      ...(fills ? { fill: { values: changed, font } } : {}),
      ...(inspection?.pdf?.mayCertify && author.certify ? { certify: author.certify } : {}),
      ...(form && author.lock ? { lock: author.lock } : {}),
    },
  }
}

/** Five hundred files have thousands of events; the list is drawn a few times a second. */
function gathered(
  total: number,
  show: (events: readonly (SignEvent | null)[], finished: number) => void,
): (event: SignEvent) => void {
  const latest = Array.from<SignEvent | null>({ length: total }).fill(null)
  let finished = 0
  let waiting = false
  return (event) => {
    latest[event.index] = event
    finished = event.finished
    if (waiting) return
    waiting = true
    setTimeout(
      () => {
        waiting = false
        show([...latest], finished)
      },
      total > 20 ? 200 : 30,
    )
  }
}
