import { SignError } from '../../core/errors.ts'
import type { EnvelopeAsk, EnvelopeProposal } from '../../core/host-envelope.ts'
import { isRecord } from '../../host-sdk/protocol/messages.ts'

/** More people or fields than a record has: half a list would mislead, so the whole is refused. */
const MOST = 1000

const ROLES = ['signer', 'approver', 'visa', 'copy'] as const
const KINDS = ['simple', 'unqualified', 'qualified'] as const

/**
 * Reads what a host asks of an envelope.
 *
 * @returns null when it asks nothing
 * @throws SignError `HOST_MESSAGE_INVALID` (details: field)
 */
export function parseEnvelopeAsk(value: unknown): EnvelopeAsk | null {
  if (value === undefined || value === null) return null
  if (!isRecord(value)) throw invalid('envelope')
  const { kind } = value
  if (kind === 'act') return { kind, signatory: text(value, 'signatory', 64) ?? null }
  if (kind === 'prepare') return { kind, proposal: parseProposal(value['proposal']) }
  throw invalid('envelope/kind')
}

function parseProposal(value: unknown): EnvelopeProposal {
  if (value === undefined) return {}
  if (!isRecord(value)) throw invalid('proposal')
  const deadline = text(value, 'deadline', 64)
  if (deadline !== undefined && Number.isNaN(Date.parse(deadline))) throw invalid('proposal/deadline')
  const preparer = value['preparer']
  return {
    ...given('title', text(value, 'title', 255)),
    ...given('message', text(value, 'message', 4000)),
    ...given('deadline', deadline),
    ...(isRecord(preparer) ? { preparer: { name: text(preparer, 'name', 255) ?? '', ...emailOf(preparer) } } : {}),
    ...(value['oneFile'] === undefined ? {} : { oneFile: value['oneFile'] === true }),
    people: list(value['people'], 'proposal/people').map(parsePerson),
    bindings: list(value['bindings'], 'proposal/bindings').map((one) => ({
      name: text(one, 'name', 255) ?? refuse('proposal/bindings/name'),
      ...given('label', text(one, 'label', 255)),
      ...given('suggestion', text(one, 'suggestion', 4000)),
    })),
  }
}

type Person = NonNullable<EnvelopeProposal['people']>[number]

function parsePerson(one: Record<string, unknown>): Person {
  const emails = one['emails'] ?? []
  if (!Array.isArray(emails) || emails.length > 20) throw invalid('proposal/people/emails')
  return {
    name: text(one, 'name', 255) ?? refuse('proposal/people/name'),
    ...given('company', text(one, 'company', 255)),
    emails: emails.map((each) =>
      typeof each === 'string' && each.length <= 320 ? each : refuse('proposal/people/emails'),
    ),
    ...given('role', oneOf(one, 'role', ROLES)),
    ...given('kind', oneOf(one, 'kind', KINDS)),
  }
}

const emailOf = (one: Record<string, unknown>): { email?: string } => given('email', text(one, 'email', 320))

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

function list(value: unknown, field: string): readonly Record<string, unknown>[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > MOST || !value.every(isRecord)) throw invalid(field)
  return value
}

function text(record: Record<string, unknown>, key: string, most: number): string | undefined {
  const value = record[key]
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' && value.length <= most ? value : refuse(key)
}

function oneOf<T extends string>(record: Record<string, unknown>, key: string, choices: readonly T[]): T | undefined {
  const value = record[key]
  if (value === undefined || value === null) return undefined
  return choices.find((choice) => choice === value) ?? refuse(key)
}

const invalid = (field: string): SignError =>
  new SignError('HOST_MESSAGE_INVALID', `the host sent a malformed ${field}`, { details: { field } })

function refuse(field: string): never {
  throw invalid(field)
}
