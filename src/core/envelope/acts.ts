/** What a revision without a certificate writes into reserved fields: JSON of a fixed shape, one act in each revision. */
import type { EnvelopeManifest } from './manifest.ts'
import { isTime, parseSimple } from './simple.ts'
import { ownFields, type EnvelopeEvent, type FieldValues } from './state.ts'

export type Act = Readonly<
  | { kind: 'decline'; signatory: string; reason: string; time: string }
  | { kind: 'delegate'; signatory: string; to: Readonly<{ name: string; email: string | null }>; time: string }
  | { kind: 'close'; reason: string; time: string }
  | { kind: 'round'; signatory: string; round: number; replaces: string; reason: string; time: string }
>

const LONGEST = 4_000

/**
 * The field and its value; null when the manifest reserved none (delegation that is not allowed, no round left).
 *
 * @param roundsUsed in the file that the act is added to
 */
export function actField(
  { reserved }: EnvelopeManifest,
  act: Act,
  roundsUsed: number,
): Readonly<{ field: string; value: string }> | null {
  const { kind, ...rest } = act
  const fields: Readonly<Record<Act['kind'], string | undefined>> = {
    decline: 'signatory' in act ? reserved.decline[act.signatory] : undefined,
    delegate: 'signatory' in act ? reserved.delegate[act.signatory] : undefined,
    close: reserved.close,
    round: reserved.rounds[roundsUsed],
  }
  const field = fields[kind]
  return field === undefined ? null : { field, value: JSON.stringify({ act: kind, ...rest }) }
}

/**
 * The act that a revision without a certificate did: exactly one, or it is foreign.
 *
 * @param values of the fields that this revision filled
 */
export function eventOfFill(manifest: EnvelopeManifest, values: FieldValues, revision: number): EnvelopeEvent {
  const { reserved } = manifest
  const names = Object.keys(values)
  const foreign = (what: string): EnvelopeEvent => ({ kind: 'foreign', revision, what })
  const simple = Object.entries(reserved.simple).find(([, field]) => values[field] !== undefined)
  if (simple) {
    const [signatory, field] = simple
    const record = parseSimple(values[field] ?? '')
    if (!record) return foreign(`${field} cannot be read`)
    return { kind: 'simple', revision, signatory, values, time: record.time }
  }
  const [field] = names
  if (field === undefined || names.length > 1) return foreign(`filled without signing: ${names.slice(0, 5).join(', ')}`)
  const act = parseAct(values[field] ?? '')
  const place = act && placeOf(manifest, act, field)
  if (!act || !place) {
    const owner = manifest.signatories.find((one) => ownFields(manifest, one).has(field))
    return foreign(owner ? `${field} of ${owner.id} was filled without signing` : `${field} cannot be read`)
  }
  return { ...act, revision }
}

/** Whether the act stands in the field that is reserved for it. */
function placeOf({ reserved }: EnvelopeManifest, act: Act, field: string): boolean {
  switch (act.kind) {
    case 'decline':
      return reserved.decline[act.signatory] === field
    case 'delegate':
      return reserved.delegate[act.signatory] === field
    case 'close':
      return reserved.close === field
    case 'round':
      return reserved.rounds.includes(field)
  }
}

function parseAct(text: string): Act | null {
  if (text.length > 4 * LONGEST) return null
  let value: Readonly<Record<string, unknown>> | null
  try {
    value = JSON.parse(text) as Readonly<Record<string, unknown>> | null
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !isTime(value['time'])) return null
  const { act: kind, signatory, reason, time, round, replaces } = value
  const hasReason = typeof reason === 'string' && reason.length <= LONGEST
  if (kind === 'close') return hasReason ? { kind, reason, time } : null
  if (typeof signatory !== 'string') return null
  if (kind === 'decline') return hasReason ? { kind, signatory, reason, time } : null
  if (kind === 'delegate') {
    const to = parseHolder(value['to'])
    return to && { kind, signatory, to, time }
  }
  const isRound = Number.isInteger(round) && Number(round) > 1 && /^[0-9a-f]{64}$/.test(String(replaces))
  if (kind !== 'round' || !isRound || !hasReason) return null
  return { kind, signatory, round: Number(round), replaces: String(replaces), reason, time }
}

function parseHolder(value: unknown): Readonly<{ name: string; email: string | null }> | null {
  const { name, email = null } = (value ?? {}) as Readonly<{ name?: unknown; email?: unknown }>
  if (typeof name !== 'string' || name.trim() === '' || name.length > 200) return null
  return email === null || (typeof email === 'string' && email.length <= 320) ? { name, email } : null
}
