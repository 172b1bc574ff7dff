/** The workflow as a pure reducer over what was found in the file: nothing outside it is needed to know whose turn it is. */
import type { EnvelopeErrorCode } from '../errors.ts'
import type { EnvelopeManifest, KeyFamily, Signatory } from './manifest.ts'

/** Field values that a revision set, by field name; a box that is ticked is 'true'. */
export type FieldValues = Readonly<Record<string, string>>

/** Who signed with a certificate, as the certificate says. */
export type EventSigner = Readonly<{ name: string; fingerprint: string; qualified: boolean; family: KeyFamily | null }>

/**
 * One revision after the preparer's, in the order of the file. `signature`: a certificate signature in a signatory's field.
 * `foreign`: anything that no act explains. The others are revisions of their own in reserved fields. Times are ISO 8601.
 */
export type EnvelopeEvent = Readonly<
  { revision: number } & (
    | {
        kind: 'signature'
        field: string
        /** Bytes intact, and everything changed since was permitted. */
        intact: boolean
        values: FieldValues
        signer: EventSigner
        /** Proven by a time-stamp, else claimed by the signer's clock. */
        time: string | null
        timeProven: boolean
      }
    | { kind: 'simple'; signatory: string; values: FieldValues; time: string }
    | { kind: 'decline'; signatory: string; reason: string; time: string }
    | { kind: 'delegate'; signatory: string; to: Readonly<{ name: string; email: string | null }>; time: string }
    | { kind: 'close'; reason: string; time: string }
    | { kind: 'round'; signatory: string; round: number; replaces: string; reason: string; time: string }
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

export type RoundState = Readonly<{
  /** 1 is the first. */
  number: number
  /** Digest of the file that this round replaces. */
  replaces: string | null
  signatory: string | null
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
  /** Why it was withdrawn. */
  closed: string | null
  round: RoundState
  problems: readonly EnvelopeProblem[]
}>

const FIRST_ROUND: RoundState = { number: 1, replaces: null, signatory: null, reason: null }

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
  const begin = { status: 'running' as const, signatories, turn: [], step: 0, lastTime: null, closed: null }
  return advance(manifest, { ...begin, round: FIRST_ROUND, problems: [] })
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
    case 'simple':
      return applySimple(manifest, state, event)
    case 'decline':
      return applyDecline(manifest, state, event)
    case 'delegate':
      return applyDelegation(manifest, state, event)
    case 'close':
      return applyClose(state, event)
    case 'round':
      return applyRound(manifest, state, event)
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

type EventOf<K extends EnvelopeEvent['kind']> = Extract<EnvelopeEvent, { kind: K }>

/** The field that a certificate signature goes into; for a simple one the box that shows it. */
export const signatureField = (one: Signatory): string | undefined =>
  one.fields.find((field) => field.kind === 'signature')?.name

/** Names of every field that only this signatory may write in the revision with which he signs. */
export function ownFields({ reserved }: EnvelopeManifest, one: Signatory): ReadonlySet<string> {
  const names = [...one.fields.map((field) => field.name), reserved.record[one.id]?.name, reserved.simple[one.id]]
  return new Set(names.filter((name) => name !== undefined))
}

/** What his signature locks: all that is his, so that nobody declines or passes on for him afterwards. */
export function signerFields(manifest: EnvelopeManifest, one: Signatory): readonly string[] {
  const { decline, delegate } = manifest.reserved
  const others = [decline[one.id], delegate[one.id]].filter((name) => name !== undefined)
  return [...ownFields(manifest, one), ...others]
}

function applySignature(manifest: EnvelopeManifest, state: EnvelopeState, event: EventOf<'signature'>): EnvelopeState {
  const { revision } = event
  const signatory = manifest.signatories.find((one) => signatureField(one) === event.field)
  if (!signatory) return refuse(state, 'ENVELOPE_NOT_A_SIGNATORY', revision, `field ${event.field}`)
  if (!event.intact) return broken(state, revision, `the signature in ${event.field} is not intact`)
  const code = whyNot(manifest, state, signatory.id) ?? signerProblem(signatory, event.signer)
  if (code) return refuse(state, code, revision, event.field, signatory.id)
  const noted = checkOwn(manifest, state, signatory, event)
  if ('refused' in noted) return noted.refused
  const settled = settlePending(noted.state)
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

/** Whether this certificate may sign for him. */
export function signerProblem(
  { kind, algorithms }: Signatory,
  { qualified, family }: Pick<EventSigner, 'qualified' | 'family'>,
): EnvelopeErrorCode | null {
  if (kind === 'simple' || (kind === 'qualified' && !qualified)) return 'ENVELOPE_KIND_MISMATCH'
  if (algorithms.length === 0 || (family && algorithms.includes(family))) return null
  return 'ENVELOPE_ALGORITHM_FORBIDDEN'
}

/** Fields and time of a revision that signs: only his own, all that are required, not late. */
function checkOwn(
  manifest: EnvelopeManifest,
  state: EnvelopeState,
  signatory: Signatory,
  { revision, values, time }: EventOf<'signature'> | EventOf<'simple'>,
): Readonly<{ state: EnvelopeState } | { refused: EnvelopeState }> {
  const { id } = signatory
  const own = ownFields(manifest, signatory)
  const stranger = Object.keys(values).find((name) => !own.has(name))
  if (stranger !== undefined) return { refused: broken(state, revision, `${id} filled ${stranger}, which is not his`) }
  const missing = missingFields(signatory, values)
  if (missing.length > 0) return { refused: refuse(state, 'ENVELOPE_FIELD_REQUIRED', revision, missing.join(', '), id) }
  const code = timeProblem(manifest, state, time)
  if (code === 'ENVELOPE_EXPIRED') return { refused: refuse(state, code, revision, String(time), id) }
  return {
    state: code ? refuse(state, code, revision, `${time} after ${state.lastTime ?? manifest.createdAt}`, id) : state,
  }
}

/** A certificate signature covers every simple one before it. */
function settlePending(state: EnvelopeState): EnvelopeState {
  const signatories = Object.values(state.signatories).map((one) =>
    one.status === 'pending' ? { ...one, status: 'signed' as const } : one,
  )
  return { ...state, signatories: Object.fromEntries(signatories.map((one) => [one.id, one])) }
}

function applySimple(manifest: EnvelopeManifest, state: EnvelopeState, event: EventOf<'simple'>): EnvelopeState {
  const { revision, time } = event
  const signatory = manifest.signatories.find(({ id }) => id === event.signatory)
  if (!signatory) return refuse(state, 'ENVELOPE_NOT_A_SIGNATORY', revision, event.signatory)
  const code = signatory.kind === 'simple' ? whyNot(manifest, state, signatory.id) : ('ENVELOPE_KIND_MISMATCH' as const)
  if (code) return refuse(state, code, revision, 'simple signature', signatory.id)
  const noted = checkOwn(manifest, state, signatory, event)
  if ('refused' in noted) return noted.refused
  const marked = set(noted.state, signatory.id, { status: 'pending', revision, time })
  return advance(manifest, { ...marked, lastTime: later(state.lastTime, time) })
}

function applyDecline(manifest: EnvelopeManifest, state: EnvelopeState, event: EventOf<'decline'>): EnvelopeState {
  const { revision, signatory: id, reason, time } = event
  const code = whyNot(manifest, state, id)
  if (code) return refuse(state, code, revision, 'declined', id)
  const marked = set(state, id, { status: 'declined', revision, time, reason })
  return { ...marked, status: 'declined', turn: [], lastTime: later(state.lastTime, time) }
}

function applyDelegation(manifest: EnvelopeManifest, state: EnvelopeState, event: EventOf<'delegate'>): EnvelopeState {
  const { revision, signatory: id, to, time } = event
  const mayDelegate = manifest.signatories.find((one) => one.id === id)?.mayDelegate === true
  const code = whyNot(manifest, state, id) ?? (mayDelegate ? null : 'ENVELOPE_DELEGATION_FORBIDDEN')
  if (code) return refuse(state, code, revision, 'delegated', id)
  return { ...set(state, id, { holder: to, delegated: true }), lastTime: later(state.lastTime, time) }
}

function applyClose(state: EnvelopeState, { revision, reason, time }: EventOf<'close'>): EnvelopeState {
  if (state.status !== 'running') return refuse(state, 'ENVELOPE_CLOSED', revision, 'closed')
  return { ...state, status: 'closed', turn: [], closed: reason, lastTime: later(state.lastTime, time) }
}

function applyRound(manifest: EnvelopeManifest, state: EnvelopeState, event: EventOf<'round'>): EnvelopeState {
  const { revision, round: number, replaces, signatory, reason, time } = event
  if (!manifest.resend) return refuse(state, 'ENVELOPE_RESEND_FORBIDDEN', revision, 'new round', signatory)
  if (state.status !== 'running') return refuse(state, 'ENVELOPE_CLOSED', revision, 'new round', signatory)
  if (!state.signatories[signatory]) return refuse(state, 'ENVELOPE_NOT_A_SIGNATORY', revision, 'new round', signatory)
  return { ...state, round: { number, replaces, signatory, reason }, lastTime: later(state.lastTime, time) }
}

function timeProblem(manifest: EnvelopeManifest, state: EnvelopeState, time: string | null): EnvelopeErrorCode | null {
  if (time === null) return null
  if (manifest.deadline !== undefined && Date.parse(time) > Date.parse(manifest.deadline)) return 'ENVELOPE_EXPIRED'
  const before = state.lastTime ?? manifest.createdAt
  return isEarlier(time, before) ? 'ENVELOPE_CLOCK_BEFORE_PREVIOUS' : null
}

/** By whole seconds: the time that a PDF signature claims has no parts of one. */
export const isEarlier = (time: string, before: string): boolean =>
  Math.floor(Date.parse(time) / 1000) < Math.floor(Date.parse(before) / 1000)

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
