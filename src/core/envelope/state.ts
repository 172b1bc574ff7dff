/** The workflow as a pure reducer over what was found in the file: nothing outside it is needed to know whose turn it is. */
import type { EnvelopeErrorCode } from '../errors.ts'
import type { EnvelopeManifest, Signatory } from './manifest.ts'

/** Field values that a revision set, by field name; a box that is ticked is 'true'. */
export type FieldValues = Readonly<Record<string, string>>

/**
 * One revision after the preparer's, in the order of the file. `signature`: a certificate signature in a signatory's field.
 * `fill`: reserved fields without a certificate (simple signature, decline, delegation, close). `foreign`: anything else.
 */
export type EnvelopeEvent = Readonly<
  { revision: number } & (
    | {
        kind: 'signature'
        field: string
        /** Bytes intact, and everything changed since was permitted. */
        intact: boolean
        values: FieldValues
        signer: Readonly<{ name: string; fingerprint: string; qualified: boolean }>
        /** ISO 8601; proven by a time-stamp, else claimed by the signer's clock. */
        time: string | null
        timeProven: boolean
      }
    | { kind: 'fill'; values: FieldValues; time: string | null }
    | { kind: 'foreign'; what: string }
  )
>

export type SignatoryStatus = 'waiting' | 'turn' | 'pending' | 'signed' | 'declined'

export type SignatoryState = Readonly<{
  id: string
  status: SignatoryStatus
  /** Revision that decided it. */
  revision: number | null
  time: string | null
  timeProven: boolean
  /** Who holds the step now, after a delegation. */
  holder: Readonly<{ name: string; email: string | null }>
  delegated: boolean
  certificate: string | null
  reason: string | null
}>

export type EnvelopeStatus = 'running' | 'complete' | 'declined' | 'closed' | 'expired' | 'broken'

export type EnvelopeProblem = Readonly<{
  code: EnvelopeErrorCode
  revision: number
  signatory?: string
  evidence: string
}>

export type EnvelopeState = Readonly<{
  status: EnvelopeStatus
  signatories: Readonly<Record<string, SignatoryState>>
  /** Ids that may act now. */
  turn: readonly string[]
  /** Index into `order` of the step under way; its length when all are done. */
  step: number
  /** Time of the latest accepted act. */
  lastTime: string | null
  problems: readonly EnvelopeProblem[]
}>

/** A simple signature, a delegation and a refusal are JSON in their reserved field; other text is the signatory's own. */
export const SIMPLE_PREFIX = 'countersign-simple:'

/** State after the preparer's certification and before anybody acted. */
export function initialState(manifest: EnvelopeManifest): EnvelopeState {
  const signatories = Object.fromEntries(
    manifest.signatories.map((one) => [
      one.id,
      {
        id: one.id,
        status: 'waiting' as const,
        revision: null,
        time: null,
        timeProven: false,
        holder: { name: one.name, email: one.emails[0] ?? null },
        delegated: false,
        certificate: null,
        reason: null,
      },
    ]),
  )
  return advance(manifest, { status: 'running', signatories, turn: [], step: 0, lastTime: null, problems: [] })
}

/** The whole file: same events, same state. @param now decides only whether a running envelope has expired */
export function envelopeState(manifest: EnvelopeManifest, events: readonly EnvelopeEvent[], now: Date): EnvelopeState {
  const state = events.reduce((before, event) => reduce(manifest, before, event), initialState(manifest))
  const late = manifest.deadline !== undefined && now.toISOString() > new Date(manifest.deadline).toISOString()
  return state.status === 'running' && late ? { ...state, status: 'expired', turn: [] } : state
}

/** One revision. An act that the rules do not allow changes nothing but the list of problems. */
export function reduce(manifest: EnvelopeManifest, state: EnvelopeState, event: EnvelopeEvent): EnvelopeState {
  switch (event.kind) {
    case 'foreign':
      return broken(state, event.revision, `a change that no step explains: ${event.what}`)
    case 'signature':
      return applySignature(manifest, state, event)
    case 'fill':
      return applyFill(manifest, state, event)
  }
}

/**
 * Whether this signatory may act now, asked before anything is signed.
 *
 * @returns null, or why not
 */
export function whyNot(manifest: EnvelopeManifest, state: EnvelopeState, signatory: string): EnvelopeErrorCode | null {
  const own = state.signatories[signatory]
  if (!own || manifest.signatories.find((one) => one.id === signatory)?.role === 'copy')
    return 'ENVELOPE_NOT_A_SIGNATORY'
  if (state.status === 'broken') return 'ENVELOPE_BROKEN'
  if (own.status === 'signed' || own.status === 'pending') return 'ENVELOPE_SIGNED_ALREADY'
  if (state.status === 'expired') return 'ENVELOPE_EXPIRED'
  if (state.status !== 'running') return 'ENVELOPE_CLOSED'
  return state.turn.includes(signatory) ? null : 'ENVELOPE_OUT_OF_TURN'
}

/** Names of required boxes and texts that are still empty. */
export function missingFields(signatory: Signatory, values: FieldValues): readonly string[] {
  return signatory.fields
    .filter((field) => field.required && field.kind !== 'signature')
    .filter((field) => (field.kind === 'checkbox' ? values[field.name] !== 'true' : !values[field.name]?.trim()))
    .map((field) => field.name)
}

type SignatureEvent = Extract<EnvelopeEvent, { kind: 'signature' }>
type FillEvent = Extract<EnvelopeEvent, { kind: 'fill' }>

function applySignature(manifest: EnvelopeManifest, state: EnvelopeState, event: SignatureEvent): EnvelopeState {
  const { revision } = event
  const signatory = manifest.signatories.find((one) => signatureField(one) === event.field)
  if (!signatory) return refuse(state, 'ENVELOPE_NOT_A_SIGNATORY', revision, `field ${event.field}`)
  if (!event.intact) return broken(state, revision, `the signature in ${event.field} is not intact`)
  const code = whyNot(manifest, state, signatory.id)
  if (code) return refuse(state, code, revision, event.field, signatory.id)
  if (signatory.kind === 'simple') {
    return refuse(
      state,
      'ENVELOPE_KIND_MISMATCH',
      revision,
      'a certificate where a simple signature was asked for',
      signatory.id,
    )
  }
  if (signatory.kind === 'qualified' && !event.signer.qualified) {
    return refuse(
      state,
      'ENVELOPE_KIND_MISMATCH',
      revision,
      'the certificate does not say that it is qualified',
      signatory.id,
    )
  }
  const stranger = Object.keys(event.values).find((name) => !signatory.fields.some((field) => field.name === name))
  if (stranger !== undefined) return broken(state, revision, `${signatory.id} filled ${stranger}, which is not his`)
  const missing = missingFields(signatory, event.values)
  if (missing.length > 0) return refuse(state, 'ENVELOPE_FIELD_REQUIRED', revision, missing.join(', '), signatory.id)
  const late = timeProblem(manifest, state, event.time)
  if (late === 'ENVELOPE_EXPIRED') return refuse(state, late, revision, String(event.time), signatory.id)
  const noted = late ? refuse(state, late, revision, `${event.time} after ${state.lastTime}`, signatory.id) : state
  const settled = settlePending(noted)
  return advance(manifest, {
    ...set(settled, signatory.id, {
      status: 'signed',
      revision,
      time: event.time,
      timeProven: event.timeProven,
      certificate: event.signer.fingerprint,
    }),
    lastTime: later(state.lastTime, event.time),
  })
}

/** A certificate signature covers every simple one before it. */
function settlePending(state: EnvelopeState): EnvelopeState {
  const signatories = Object.values(state.signatories).map((one) =>
    one.status === 'pending' ? { ...one, status: 'signed' as const } : one,
  )
  return { ...state, signatories: Object.fromEntries(signatories.map((one) => [one.id, one])) }
}

function applyFill(manifest: EnvelopeManifest, state: EnvelopeState, event: FillEvent): EnvelopeState {
  const { reserved } = manifest
  let next = state
  for (const signatory of manifest.signatories) {
    const declined = reserved.decline[signatory.id]
    const delegated = reserved.delegate[signatory.id]
    if (declined !== undefined && event.values[declined] !== undefined) {
      next = decline(manifest, next, signatory, event, event.values[declined])
    }
    if (delegated !== undefined && event.values[delegated] !== undefined) {
      next = delegate(manifest, next, signatory, event, event.values[delegated])
    }
  }
  const closed = event.values[reserved.close]
  if (closed !== undefined) return { ...next, status: next.status === 'running' ? 'closed' : next.status, turn: [] }
  return simpleSignatures(manifest, next, event)
}

function decline(
  m: EnvelopeManifest,
  state: EnvelopeState,
  { id }: Signatory,
  event: FillEvent,
  reason: string,
): EnvelopeState {
  const code = whyNot(m, state, id)
  if (code) return refuse(state, code, event.revision, 'declined', id)
  const marked = set(state, id, { status: 'declined', revision: event.revision, time: event.time, reason })
  return { ...marked, status: 'declined', turn: [], lastTime: later(state.lastTime, event.time) }
}

function delegate(
  m: EnvelopeManifest,
  state: EnvelopeState,
  one: Signatory,
  event: FillEvent,
  value: string,
): EnvelopeState {
  const code = one.mayDelegate ? whyNot(m, state, one.id) : 'ENVELOPE_DELEGATION_FORBIDDEN'
  const holder = parseHolder(value)
  if (code) return refuse(state, code, event.revision, 'delegated', one.id)
  if (!holder) return broken(state, event.revision, `${one.id}: the delegation cannot be read`)
  return set(state, one.id, { holder, delegated: true })
}

/** `name <e-mail>` or a name alone. */
function parseHolder(value: string): { name: string; email: string | null } | null {
  const match = /^\s*([^<>]{1,200}?)\s*(?:<([^<>\s]+@[^<>\s]+)>)?\s*$/.exec(value)
  const name = match?.[1]?.trim()
  return name ? { name, email: match?.[2] ?? null } : null
}

function simpleSignatures(manifest: EnvelopeManifest, state: EnvelopeState, event: FillEvent): EnvelopeState {
  const owners = manifest.signatories.filter((one) =>
    one.fields.some((field) => event.values[field.name] !== undefined),
  )
  const reservedNames = new Set([
    ...Object.values(manifest.reserved.decline),
    ...Object.values(manifest.reserved.delegate),
  ])
  const known = new Set([...owners.flatMap((one) => one.fields.map((field) => field.name)), ...reservedNames])
  const stranger = Object.keys(event.values).find((name) => !known.has(name))
  if (stranger !== undefined) return broken(state, event.revision, `${stranger} is nobody's field`)
  if (owners.length === 0) return state
  const [signatory] = owners
  if (!signatory || owners.length > 1) return broken(state, event.revision, 'one revision fills the fields of several')
  const mark = event.values[signatureField(signatory) ?? '']
  if (signatory.kind !== 'simple' || !mark?.startsWith(SIMPLE_PREFIX)) {
    return broken(state, event.revision, `${signatory.id}: fields were filled without signing`)
  }
  const code = whyNot(manifest, state, signatory.id) ?? timeProblem(manifest, state, event.time)
  if (code) return refuse(state, code, event.revision, 'simple signature', signatory.id)
  const missing = missingFields(signatory, event.values)
  if (missing.length > 0)
    return refuse(state, 'ENVELOPE_FIELD_REQUIRED', event.revision, missing.join(', '), signatory.id)
  const marked = set(state, signatory.id, { status: 'pending', revision: event.revision, time: event.time })
  return advance(manifest, { ...marked, lastTime: later(state.lastTime, event.time) })
}

const signatureField = (one: Signatory): string | undefined =>
  one.fields.find((field) => field.kind === 'signature')?.name

function timeProblem(manifest: EnvelopeManifest, state: EnvelopeState, time: string | null): EnvelopeErrorCode | null {
  if (time === null) return null
  if (manifest.deadline !== undefined && Date.parse(time) > Date.parse(manifest.deadline)) return 'ENVELOPE_EXPIRED'
  const before = state.lastTime ?? manifest.createdAt
  return Date.parse(time) < Date.parse(before) ? 'ENVELOPE_CLOCK_BEFORE_PREVIOUS' : null
}

const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && Date.parse(b) > Date.parse(a)) ? (b ?? a) : a

function set(state: EnvelopeState, id: string, change: Partial<SignatoryState>): EnvelopeState {
  const own = state.signatories[id]
  if (!own) return state
  return { ...state, signatories: { ...state.signatories, [id]: { ...own, ...change } } }
}

function refuse(
  state: EnvelopeState,
  code: EnvelopeErrorCode,
  revision: number,
  evidence: string,
  signatory?: string,
): EnvelopeState {
  const problem = { code, revision, evidence, ...(signatory === undefined ? {} : { signatory }) }
  return { ...state, problems: [...state.problems, problem] }
}

function broken(state: EnvelopeState, revision: number, evidence: string): EnvelopeState {
  return { ...refuse(state, 'ENVELOPE_BROKEN', revision, evidence), status: 'broken', turn: [] }
}

/** Whose turn it is now: the first group that still has somebody waiting. */
function advance(manifest: EnvelopeManifest, state: EnvelopeState): EnvelopeState {
  if (state.status !== 'running') return state
  const done = (id: string): boolean => ['signed', 'pending'].includes(state.signatories[id]?.status ?? '')
  const step = manifest.order.findIndex((group) => !group.every(done))
  const turn = step < 0 ? [] : (manifest.order[step] ?? []).filter((id) => !done(id))
  const signatories = Object.fromEntries(
    Object.values(state.signatories).map((one) => {
      const status = turn.includes(one.id)
        ? ('turn' as const)
        : one.status === 'turn'
          ? ('waiting' as const)
          : one.status
      return [one.id, { ...one, status }]
    }),
  )
  const pending = Object.values(signatories).some((one) => one.status === 'pending')
  const complete = step < 0 && !pending
  return {
    ...state,
    signatories,
    turn,
    step: step < 0 ? manifest.order.length : step,
    status: complete ? 'complete' : 'running',
  }
}
