import { useEffect, useRef, useState } from 'react'
import { isAbort } from '../../core/errors.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { compareRevisions, type ComparisonStep, type PagePair } from './compare-revisions.ts'

type End = Extract<ComparisonStep, { kind: 'end' }>['stopped'] | 'failed'
type State = Readonly<{
  pairs: readonly PagePair[]
  /** Null before the first page and at the end. */
  at: Readonly<{ page: number; total: number }> | null
  end: End | undefined
}>

const START: State = { pairs: [], at: null, end: undefined }

function nextState(state: State, step: ComparisonStep): State {
  switch (step.kind) {
    case 'comparing':
      return { ...state, at: step }
    case 'differs':
      return { ...state, pairs: [...state.pairs, step.pair].toSorted((a, b) => a.page - b.page) }
    case 'end':
      return { ...state, at: null, end: step.stopped }
  }
}

type Props = Readonly<{
  file: Blob
  /** The first so many bytes are what was signed. */
  signedLength: number
  /** 1-based pages that the report names. */
  pages: readonly number[]
  password?: (() => string | undefined) | undefined
}>

/** Pages that look another way than when they were signed: both drawn, what differs outlined and said in words. */
export function RevisionPictures({ file, signedLength, pages, password }: Props) {
  const i18n = useI18n()
  const { scriptUrl } = useServices()
  const [state, setState] = useState(START)
  const named = pages.join(' ')
  useEffect(() => {
    const control = new AbortController()
    const { signal } = control
    const compare = async () => {
      const first = named.split(' ').filter(Boolean).map(Number)
      const options = { scriptUrl, first, signal, password: password?.() }
      const steps = compareRevisions(file.slice(0, signedLength), file, options)
      for await (const step of steps) {
        if (signal.aborted) return
        setState((now) => nextState(now, step))
      }
    }
    compare().catch((error: unknown) => {
      if (!signal.aborted && !isAbort(error)) setState((now) => ({ ...now, at: null, end: 'failed' }))
    })
    return () => control.abort()
  }, [file, signedLength, named, scriptUrl, password])

  return (
    <div className="pictures">
      <output className="small muted">{statusText(i18n, state)}</output>
      {state.pairs.map((pair) => (
        <Pair key={pair.page} pair={pair} />
      ))}
    </div>
  )
}

function statusText(i18n: ReturnType<typeof useI18n>, { pairs, at, end }: State): string {
  if (end === undefined) return at ? i18n.t('compare.comparing', at) : i18n.t('compare.starts')
  if (end === 'failed') return i18n.t('compare.failed')
  if (end === 'time') return i18n.t('compare.tookTooLong')
  if (end === 'shown') return i18n.t('compare.shownOnly', { count: pairs.length })
  if (end === 'pages') return i18n.t('compare.pagesOnly')
  return pairs.length === 0 ? i18n.t('compare.none') : i18n.t('compare.differ', { count: pairs.length })
}

function Pair({ pair }: { pair: PagePair }) {
  const i18n = useI18n()
  const { page, before, after, areas } = pair
  return (
    <section className="picture-pair" aria-label={i18n.t('compare.page', { page })}>
      <h4 className="small">{i18n.t('compare.page', { page })}</h4>
      <Differences pair={pair} />
      <div className="sheets">
        <Sheet drawing={before} areas={areas} caption={i18n.t('compare.asSigned')} none={i18n.t('compare.pageIsNew')} />
        <Sheet drawing={after} areas={areas} caption={i18n.t('compare.asItIs')} none={i18n.t('compare.pageIsGone')} />
      </div>
    </section>
  )
}

function Differences({ pair: { areas, words, fields } }: { pair: PagePair }) {
  const i18n = useI18n()
  return (
    <ul className="changes small">
      {areas.length > 0 && <li>{i18n.t('compare.areas', { count: areas.length })}</li>}
      {fields.map((field) => (
        <li key={field.name}>{i18n.t(field.before === '' ? 'compare.fieldFilled' : 'compare.fieldChanged', field)}</li>
      ))}
      {words.map((change, index) => (
        <li key={`${index}${change.before}`}>
          {i18n.t(
            change.before === ''
              ? 'compare.wordsNew'
              : change.after === ''
                ? 'compare.wordsGone'
                : 'compare.wordsChanged',
            change,
          )}
        </li>
      ))}
    </ul>
  )
}

type SheetProps = Readonly<{
  drawing: ImageBitmap | null
  areas: PagePair['areas']
  caption: string
  /** What is said where there is no page. */
  none: string
}>

const percent = (fraction: number): string => `${fraction * 100}%`

function Sheet({ drawing, areas, caption, none }: SheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (drawing) canvas.current?.getContext('2d')?.drawImage(drawing, 0, 0)
  }, [drawing])
  return (
    <figure>
      <figcaption className="small muted">{caption}</figcaption>
      {drawing ? (
        <div className="sheet">
          <canvas ref={canvas} width={drawing.width} height={drawing.height} />
          {areas.map(({ left, top, width, height }) => (
            <span
              key={`${left} ${top}`}
              className="changed-area"
              style={{ left: percent(left), top: percent(top), width: percent(width), height: percent(height) }}
            />
          ))}
        </div>
      ) : (
        <p className="sheet none small muted">{none}</p>
      )}
    </figure>
  )
}
