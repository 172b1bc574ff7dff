import type { SourceFile } from '../formats/format.ts'
import type { SignatureReport } from '../validation/report.ts'
import type { ReadEvent } from './events.ts'
import { reportOf, type EnvelopeFile } from './envelope-file.ts'
import type { EnvelopeManifest, Signatory } from './manifest.ts'
import { parseSimple } from './simple.ts'
import {
  envelopeState,
  initialState,
  reduce,
  signatureField,
  type EnvelopeEvent,
  type EnvelopeState,
  type FieldValues,
} from './state.ts'
import type { EnvelopeStep, EnvelopeView, GivenKind, SignatoryView, SimpleSignature, StepKind } from './view.ts'

/** Puts together what pages show; the only judgement here is the reducer's. @param at decides whether it has expired */
export function viewOf(envelope: EnvelopeFile, file: SourceFile, read: readonly ReadEvent[], at: Date): EnvelopeView {
  const { manifest, collected, report, revisions } = envelope
  const events = read.map(({ event }) => event)
  const state = envelopeState(manifest, events, at)
  const [certification] = collected.signatures
  const preparer = certification && reportOf(report, certification)
  if (!preparer) throw new TypeError('read without a certification')
  const byRevision = new Map(read.map(({ event, values }) => [event.revision, values]))
  return {
    name: file.name,
    size: file.blob.size,
    sha256: revisions.at(-1)?.sha256 ?? '',
    manifest,
    state,
    preparer,
    signatories: manifest.signatories.map((one) => signatoryView(envelope, state, one, byRevision)),
    steps: stepsOf(envelope, events, preparer),
    revisions,
    enclosed: envelope.enclosed,
    // It takes a font to compare: `checkCover`.
    cover: manifest.enclosures ? 'unknown' : null,
    report,
  }
}

function signatoryView(
  envelope: EnvelopeFile,
  state: EnvelopeState,
  signatory: Signatory,
  byRevision: ReadonlyMap<number, FieldValues>,
): SignatoryView {
  const { manifest } = envelope
  const own = state.signatories[signatory.id]
  if (!own) throw new TypeError('a signatory without a state')
  const hasSigned = own.status === 'signed' || own.status === 'pending'
  const values = (hasSigned && own.revision !== null ? byRevision.get(own.revision) : undefined) ?? {}
  const signature = hasSigned ? signatureOf(envelope, signatory) : null
  const simple = simpleOf(manifest, signatory, values, own.status === 'pending')
  const record = values[manifest.reserved.record[signatory.id]?.name ?? ''] ?? null
  const named = namesIn(signatory, values, record)
  return {
    signatory,
    state: own,
    fields: signatory.fields
      .filter(({ kind }) => kind !== 'signature')
      .map((field) => ({ field, value: values[field.name] ?? null })),
    name: named.name ?? own.holder.name,
    company: named.name === null ? (signatory.company ?? null) : named.company,
    given: simple ? 'simple' : signature && givenKind(signature),
    signature,
    simple,
    record,
    recordHolds: record === null ? null : recordHolds(envelope, record, own.revision ?? 0, signature),
  }
}

function signatureOf({ collected, report }: EnvelopeFile, signatory: Signatory): SignatureReport | null {
  const name = signatureField(signatory)
  const signature =
    signatory.kind === 'simple' ? undefined : collected.signatures.find(({ field }) => field.name === name)
  return (signature && reportOf(report, signature)) ?? null
}

function simpleOf(
  { reserved }: EnvelopeManifest,
  { id }: Signatory,
  values: FieldValues,
  pending: boolean,
): SimpleSignature | null {
  const field = reserved.simple[id] ?? ''
  const record = parseSimple(values[field] ?? '')
  const entered = Object.fromEntries(Object.entries(values).filter(([name]) => name !== field))
  return record && { record, values: entered, pending }
}

/** Qualified is what the certificate says and an anchor of this verifier supports; otherwise it is told apart. */
function givenKind({ signer, trust }: SignatureReport): GivenKind {
  if (!signer || signer.qualified === 'not-qualified') return 'unqualified'
  return trust === 'trusted' ? 'qualified' : 'qualified-unsupported'
}

/** Name and company as he wrote them: in fields of that kind, else in his line of the record. */
function namesIn(
  { fields }: Signatory,
  values: FieldValues,
  record: string | null,
): Readonly<{ name: string | null; company: string | null }> {
  const of = (kind: string): string | null =>
    fields.filter((field) => field.kind === kind).map(({ name }) => values[name] ?? null)[0] ?? null
  const [name = null, ...lines] = record?.split('\n') ?? []
  const company = lines.length > 3 ? (lines[0] ?? null) : null
  return { name: of('name') ?? name, company: of('company') ?? company }
}

function recordHolds(
  { revisions }: EnvelopeFile,
  record: string,
  revision: number,
  signature: SignatureReport | null,
): boolean {
  const before = revisions[revision - 1]?.sha256
  const fingerprint = signature?.signer?.fingerprint.toLowerCase()
  return before !== undefined && record.includes(before) && (signature === null || record.includes(fingerprint ?? '?'))
}

/** Every act as a step, with what became true by it. */
function stepsOf(
  { manifest, revisions }: EnvelopeFile,
  events: readonly EnvelopeEvent[],
  preparer: SignatureReport,
): readonly EnvelopeStep[] {
  const at = (revision: number) => ({ revision, size: 0, sha256: '', ...revisions[revision] })
  const begin = at(0)
  const steps: EnvelopeStep[] = [
    {
      key: `prepared:${begin.sha256}`,
      ...begin,
      kind: 'prepared',
      signatory: null,
      actor: manifest.preparer.name,
      time: preparer.provenTime ?? preparer.claimedTime ?? null,
      timeProven: preparer.provenTime !== undefined,
      detail: null,
      reached: [],
    },
  ]
  let state = initialState(manifest)
  for (const event of events) {
    const before = state
    state = reduce(manifest, state, event)
    const told = tell(manifest, before, state, event)
    const place = at(event.revision)
    steps.push({ key: `${told.kind}:${place.sha256}`, ...place, ...told, reached: reachedBy(manifest, before, state) })
  }
  return steps
}

type Told = Pick<EnvelopeStep, 'kind' | 'signatory' | 'actor' | 'time' | 'timeProven' | 'detail'>

const KINDS: Readonly<Record<EnvelopeEvent['kind'], StepKind>> = {
  signature: 'signed',
  simple: 'signed',
  decline: 'declined',
  delegate: 'delegated',
  close: 'closed',
  round: 'round',
  foreign: 'foreign',
}

function tell(manifest: EnvelopeManifest, before: EnvelopeState, after: EnvelopeState, event: EnvelopeEvent): Told {
  const signatory =
    event.kind === 'signature'
      ? (manifest.signatories.find((one) => signatureField(one) === event.field)?.id ?? null)
      : 'signatory' in event
        ? event.signatory
        : null
  const own = signatory === null ? undefined : before.signatories[signatory]
  const refusal = after.problems
    .slice(before.problems.length)
    .find(({ code }) => code !== 'ENVELOPE_CLOCK_BEFORE_PREVIOUS')
  const isRefused = refusal !== undefined && event.kind !== 'foreign'
  return {
    kind: isRefused ? 'refused' : KINDS[event.kind],
    signatory,
    actor: own?.holder.name ?? (event.kind === 'signature' ? event.signer.name : manifest.preparer.name),
    time: 'time' in event ? event.time : null,
    timeProven: event.kind === 'signature' && event.timeProven,
    detail: isRefused ? refusal.code : detailOf(event),
  }
}

function detailOf(event: EnvelopeEvent): string | null {
  switch (event.kind) {
    case 'decline':
    case 'close':
    case 'round':
      return event.reason
    case 'delegate':
      return event.to.email === null ? event.to.name : `${event.to.name} <${event.to.email}>`
    case 'foreign':
      return event.what
    case 'signature':
    case 'simple':
      return null
  }
}

function reachedBy(
  { signatories }: EnvelopeManifest,
  before: EnvelopeState,
  after: EnvelopeState,
): EnvelopeStep['reached'] {
  const others = signatories.filter(({ role }) => role !== 'copy' && role !== 'visa').map(({ id }) => id)
  const all = (state: EnvelopeState): boolean =>
    others.every((id) => ['signed', 'pending'].includes(state.signatories[id]?.status ?? ''))
  return [
    ...(!all(before) && all(after) ? (['all-signed'] as const) : []),
    ...(before.status !== 'complete' && after.status === 'complete' ? (['complete'] as const) : []),
  ]
}
