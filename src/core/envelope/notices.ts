/** Ready texts of letters: derived from the file alone, sent by the host. */
import type { EnvelopeLanguage, SignatoryRole } from './manifest.ts'
import { NOTICE_TEXTS } from './notice-texts.ts'
import type { EnvelopeStep, EnvelopeView } from './view.ts'
import { recordTime } from './words.ts'

/** Why somebody is told. `turn`: it is his turn now; the others tell the preparer (and `complete` everybody) what happened. */
export type NoticeKind = 'turn' | 'signed' | 'declined' | 'delegated' | 'closed' | 'round' | 'all-signed' | 'complete'

/**
 * Texts with placeholders: {title} {name} {actor} {preparer} {deadline} {reason} {message} {link}. A line with a placeholder
 * that is empty is left out.
 */
export type NoticeTemplate = Readonly<{ subject: string; body: string }>
export type NoticeTemplates = Readonly<Record<NoticeKind, NoticeTemplate>>

export type Notice = Readonly<{
  /** Unique within the envelope and the same on every machine: send each (envelope, key) once. */
  key: string
  kind: NoticeKind
  /** Id of the signatory it is for; null: the preparer. */
  signatory: string | null
  name: string
  emails: readonly string[]
  subject: string
  body: string
}>

export type NoticeOptions = Readonly<{
  /** The link for this person; '' where there is none (the file goes as an attachment). Null: the preparer. */
  link: (signatory: string | null) => string
  /** Absent: the envelope's own. */
  language?: EnvelopeLanguage
  /** Instead of the ready texts. */
  templates?: Partial<NoticeTemplates>
}>

type Reader = Readonly<{ signatory: string | null; name: string; emails: readonly string[] }>

/** Every notice that the file gives reason for, in the order of its steps; whoever sends them remembers the keys. */
export function noticesOf(view: EnvelopeView, options: NoticeOptions): readonly Notice[] {
  const { manifest, state, steps } = view
  const preparer: Reader = {
    signatory: null,
    name: manifest.preparer.name,
    emails: manifest.preparer.email === undefined ? [] : [manifest.preparer.email],
  }
  const told = steps.flatMap((step) => [
    ...kindsOf(step).map((kind) => write(view, options, kind, preparer, step)),
    ...(step.reached.includes('complete')
      ? view.signatories.map((one) => write(view, options, 'complete', readerOf(view, one.signatory.id), step))
      : []),
  ])
  const since = steps.at(-1)
  const turns = since
    ? state.turn.map((id) => write(view, options, 'turn', readerOf(view, id), turnStep(view, since)))
    : []
  return once([...told, ...turns])
}

/** Who prepared the envelope and signs in it too is told the same thing of the same step once. */
function once(notices: readonly Notice[]): readonly Notice[] {
  const seen = new Set<string>()
  return notices.filter(({ key, kind, emails }) => {
    const step = key.replace(/^[^:]*:[^:]*:/, '')
    const same = JSON.stringify([kind, step, emails])
    return emails.length === 0 || (!seen.has(same) && seen.add(same))
  })
}

/** A turn begins with the step that gave it: it is told once, however many sign beside him meanwhile. */
function turnStep({ steps, state, manifest }: EnvelopeView, last: EnvelopeStep): EnvelopeStep {
  const before = new Set(manifest.order.slice(0, state.step).flat())
  const gave = steps.findLast(
    ({ kind, signatory }) =>
      kind === 'prepared' ||
      kind === 'round' ||
      kind === 'delegated' ||
      (kind === 'signed' && before.has(signatory ?? '')),
  )
  return gave ?? last
}

const TOLD: Partial<Record<EnvelopeStep['kind'], NoticeKind>> = {
  signed: 'signed',
  declined: 'declined',
  delegated: 'delegated',
  closed: 'closed',
  round: 'round',
}

function kindsOf(step: EnvelopeStep): readonly NoticeKind[] {
  const own = TOLD[step.kind]
  return [...(own ? [own] : []), ...step.reached]
}

/** Whoever holds the step now: after a delegation another person. */
function readerOf({ state, manifest }: EnvelopeView, id: string): Reader {
  const own = state.signatories[id]
  const signatory = manifest.signatories.find((one) => one.id === id)
  const emails = own?.delegated ? (own.holder.email === null ? [] : [own.holder.email]) : (signatory?.emails ?? [])
  return { signatory: id, name: own?.holder.name ?? '', emails }
}

function write(
  { manifest, state }: EnvelopeView,
  { link, language = manifest.language, templates = {} }: NoticeOptions,
  kind: NoticeKind,
  reader: Reader,
  step: EnvelopeStep,
): Notice {
  const words = NOTICE_TEXTS[language]
  const role: SignatoryRole = manifest.signatories.find(({ id }) => id === reader.signatory)?.role ?? 'signer'
  const template = templates[kind] ?? (kind === 'turn' ? words.turn[role] : words[kind])
  const values: Readonly<Record<string, string>> = {
    title: manifest.title,
    name: reader.name,
    actor: step.actor,
    preparer: manifest.preparer.name,
    deadline: manifest.deadline === undefined ? '' : recordTime(manifest.deadline),
    reason: step.detail ?? (kind === 'turn' ? (state.round.reason ?? '') : ''),
    message: manifest.message ?? '',
    link: link(reader.signatory),
  }
  return {
    key: `${kind}:${reader.signatory ?? 'preparer'}:${step.key}`,
    kind,
    ...reader,
    subject: fill(template.subject, values).replace(/\s+/g, ' '),
    body: fill(template.body, values),
  }
}

const PLACEHOLDER = /\{(\w+)\}/g

/** One pass: what is put in is never looked into again. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  const isEmpty = (line: string): boolean =>
    [...line.matchAll(PLACEHOLDER)].some(([, name]) => values[name ?? ''] === '')
  const lines = template.split('\n').filter((line) => !isEmpty(line))
  const text = lines.map((line) => line.replace(PLACEHOLDER, (whole, name: string) => values[name] ?? whole)).join('\n')
  return text.replace(/\n{3,}/g, '\n\n').trim()
}
