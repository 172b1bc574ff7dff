/**
 * What the preparer fixed before the first signature. It travels as a file attached to the PDF and is covered by the
 * preparer's certification signature, so that nobody can add, remove, reorder or rename a signatory afterwards.
 */
import { SignError } from '../errors.ts'
import { enclosedProblem, isEnclosed, type CoverMaker, type EnclosedDocument } from './enclosed.ts'
import {
  isCount,
  isOptionalText,
  isPage,
  isRecord,
  isRect,
  isText,
  isTime,
  listOf,
  mapOf,
  oneOf,
  recordOf,
  textMap,
  type Shape,
} from './shapes.ts'

export type SignatoryRole = 'signer' | 'approver' | 'visa' | 'copy'
/** Simple: a code bound to digest and metadata. Unqualified and qualified: by certificate; trusted lists decide, not we. */
export type SignatureKind = 'simple' | 'unqualified' | 'qualified'

/** PDF points in default user space: lower left, upper right. */
export type FieldRect = readonly [x1: number, y1: number, x2: number, y2: number]

/** Whether a text box is high enough for several lines. */
export const hasLines = (rect: FieldRect | null): boolean => rect !== null && rect[3] - rect[1] > 28

/**
 * What a field holds. `date` is set by the app alone; `name` and `company` start with what is known of the signatory and
 * may be corrected by him; `mark`: initials.
 */
export type FieldKind = 'signature' | 'text' | 'checkbox' | 'date' | 'name' | 'company' | 'mark'

/** Families that a preparer may ask for; empty or absent: any that verifies. */
export const KEY_FAMILIES = ['RSA', 'ECDSA', 'Ed25519', 'ML-DSA'] as const
export type KeyFamily = (typeof KEY_FAMILIES)[number]

export type EnvelopeField = Readonly<{
  /** PDF field name; never the prefix of another. */
  name: string
  kind: FieldKind
  /** 1-based */
  page: number
  /** Null: a signature that is not seen on any page. */
  rect: FieldRect | null
  required: boolean
  label?: string
  /** Name of the CRM field that a box is bound to. */
  binding?: string
  /** What the host proposes. Never written by the preparer: overwriting a visible value is the shadow attack. */
  suggestion?: string
}>

export type Signatory = Readonly<{
  /** 's1', 's2' … stable within the envelope. */
  id: string
  role: SignatoryRole
  name: string
  company?: string
  emails: readonly string[]
  kind: SignatureKind
  /** Which keys may sign; empty: any. */
  algorithms: readonly KeyFamily[]
  mayDelegate: boolean
  /** Exactly one of kind 'signature', unless the role is 'copy'. */
  fields: readonly EnvelopeField[]
}>

export type ManifestDocument = Readonly<{
  name: string
  /** Lower-case hex of the document as it was before the preparer reserved anything. */
  sha256: string
  size: number
  pages: number
}>

export const ENVELOPE_LANGUAGES = ['en', 'ru', 'uk'] as const
export type EnvelopeLanguage = (typeof ENVELOPE_LANGUAGES)[number]

/** Where on the record a signatory's own line stands. */
export type RecordPlace = Readonly<{ name: string; page: number; rect: FieldRect }>

/** Text fields for what is not a signature, by signatory id. Those without a place are never seen: they hold data. */
export type ReservedFields = Readonly<{
  /** The preparer's certification signature. */
  certification: string
  decline: Readonly<Record<string, string>>
  delegate: Readonly<Record<string, string>>
  /** Of those who sign simply: salt, digest and code of their signature. */
  simple: Readonly<Record<string, string>>
  /** Empty when the record is a separate report. */
  record: Readonly<Record<string, RecordPlace>>
  close: string
  /** One for each new round that may begin. */
  rounds: readonly string[]
}>

export type EnvelopeManifest = Readonly<{
  type: 'countersign-envelope'
  /** 2 exactly when documents are enclosed: who knows only 1 must not sign without them. */
  version: 1 | 2
  /** 32 hex digits, random: names the envelope over all its rounds. */
  id: string
  title: string
  message?: string
  /** ISO 8601, UTC */
  createdAt: string
  deadline?: string
  preparer: Readonly<{ name: string; email?: string }>
  /** The PDF that carries the envelope: the document itself, or the cover sheet of those enclosed. */
  documents: readonly ManifestDocument[]
  /** What the cover sheet stands for; absent where the PDF is itself the document. */
  enclosures?: readonly EnclosedDocument[]
  /** What laid the cover sheet out, so that a verifier knows whether it can compare; absent in envelopes made before it was stated. */
  cover?: CoverMaker
  /** Who signs by certificate signs each enclosed document by itself too, detached. */
  detached?: boolean
  signatories: readonly Signatory[]
  /** Groups of signatory ids: one group after another, within a group in any order. */
  order: readonly (readonly string[])[]
  /** 1-based page where the record that the preparer appended begins; null: the document did not grow, the record is a separate report. */
  verificationPage: number | null
  reserved: ReservedFields
  /** Whether a signatory who signed may be asked again in a new round. */
  resend: boolean
  /** Language of the record and of the notices. */
  language: EnvelopeLanguage
  /** Where anybody can verify the file. */
  verifyUrl?: string
}>

/** Ends the name of the certification's field, whatever stem the names of an envelope begin with. */
export const SEAL_FIELD = 'Certification_0000'

const MOST_SIGNATORIES = 1_000
const MOST_FIELDS = 10_000
const LARGEST = 4 * 1024 * 1024

/**
 * Reads a manifest from a file that anybody may have made.
 *
 * @param text JSON @throws SignError `ENVELOPE_MANIFEST_INVALID` naming what is wrong
 */
export function parseManifest(text: string): EnvelopeManifest {
  if (text.length > LARGEST) throw invalid('larger than any manifest')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('not JSON', cause)
  }
  const manifest = value as EnvelopeManifest
  const problem = shapeProblem(value) ?? manifestProblem(manifest)
  if (problem !== null) throw invalid(problem)
  return manifest
}

/** Field order is fixed, so that the same manifest gives the same bytes. */
export const encodeManifest = (manifest: EnvelopeManifest): string => JSON.stringify(manifest, null, 1)

/** Rules that a form cannot show: null when the manifest can be prepared, else what is wrong. */
export function manifestProblem(manifest: EnvelopeManifest): string | null {
  const { signatories, order, deadline, createdAt } = manifest
  const ids = signatories.map((one) => one.id)
  if (signatories.length === 0) return 'no signatory'
  if (signatories.length > MOST_SIGNATORIES) return `more than ${MOST_SIGNATORIES} signatories`
  if (new Set(ids).size !== ids.length) return 'two signatories have the same id'
  const ordered = order.flat()
  const acting = signatories.filter((one) => one.role !== 'copy').map((one) => one.id)
  if (ordered.length !== acting.length || !acting.every((id) => ordered.includes(id)))
    return 'the order does not name each signatory once'
  if (order.some((group) => group.length === 0)) return 'an empty step in the order'
  if (deadline !== undefined && deadline <= createdAt) return 'the deadline is before the beginning'
  return versionProblem(manifest) ?? visaProblem(manifest) ?? fieldProblem(manifest)
}

function versionProblem({ version, documents, enclosures, detached }: EnvelopeManifest): string | null {
  if (documents.length !== 1) return 'not exactly one document carries it'
  if ((version === 2) !== (enclosures !== undefined)) return 'version and enclosed documents do not go together'
  if (detached === true && !enclosures) return 'nothing is enclosed that could be signed by itself'
  return enclosures ? enclosedProblem(enclosures) : null
}

function visaProblem({ signatories, order }: EnvelopeManifest): string | null {
  const visas = signatories.filter((one) => one.role === 'visa')
  if (visas.length > 1) return 'more than one visa'
  const [visa] = visas
  if (visa && (order.at(-1)?.length !== 1 || order.at(-1)?.[0] !== visa.id)) return 'the visa is not the last step'
  if (visa?.kind === 'simple') return 'a visa is given with a certificate'
  // A simple signature proves nothing until a certificate signature covers it.
  const last = signatories.filter((one) => order.at(-1)?.includes(one.id))
  const isCovered = last.length === 1 && last[0]?.kind !== 'simple'
  return signatories.some((one) => one.kind === 'simple' && one.role !== 'copy') && !isCovered
    ? 'a simple signature needs one certificate signature after it, alone in the last step'
    : null
}

function fieldProblem(manifest: EnvelopeManifest): string | null {
  const { signatories, reserved } = manifest
  const fields = signatories.flatMap((one) => one.fields)
  if (fields.length > MOST_FIELDS) return `more than ${MOST_FIELDS} fields`
  for (const signatory of signatories) {
    const signatures = signatory.fields.filter((field) => field.kind === 'signature').length
    if (signatures !== (signatory.role === 'copy' ? 0 : 1)) return `${signatory.id} needs exactly one signature field`
    if (signatory.role !== 'copy' && !reserved.decline[signatory.id]) return `${signatory.id} has no field to decline`
    if (signatory.role !== 'copy' && signatory.mayDelegate && !reserved.delegate[signatory.id])
      return `${signatory.id} has no field to delegate`
    if (signatory.kind === 'simple' && signatory.role !== 'copy' && !reserved.simple[signatory.id])
      return `${signatory.id} has no field for a simple signature`
    const unseen = signatory.fields.find((field) => field.rect === null && field.kind !== 'signature')
    if (unseen) return `${unseen.name} has no place`
  }
  return nameProblem(fieldNames(manifest)) ?? overlapProblem([...fields, ...Object.values(reserved.record)])
}

/** Every field that the preparer reserved. */
export function fieldNames({ signatories, reserved }: EnvelopeManifest): readonly string[] {
  return [
    ...signatories.flatMap((one) => one.fields.map((field) => field.name)),
    reserved.certification,
    ...Object.values(reserved.decline),
    ...Object.values(reserved.delegate),
    ...Object.values(reserved.simple),
    ...Object.values(reserved.record).map(({ name }) => name),
    reserved.close,
    ...reserved.rounds,
  ]
}

/** A name that begins another is taken for its parent by some readers: FieldMDP would lock both. */
function nameProblem(names: readonly string[]): string | null {
  const sorted = names.toSorted()
  for (let i = 1; i < sorted.length; i++) {
    const [before, name] = [sorted[i - 1] ?? '', sorted[i] ?? '']
    if (name.startsWith(before)) return `the field name ${before} is the prefix of ${name}`
  }
  return null
}

type Placed = Readonly<{ name: string; page: number; rect: FieldRect }>

function overlapProblem(fields: readonly Pick<EnvelopeField, 'name' | 'page' | 'rect'>[]): string | null {
  const byPage = new Map<number, Placed[]>()
  for (const { name, page, rect } of fields) {
    const onPage = byPage.get(page)
    if (!rect) continue
    if (onPage) onPage.push({ name, page, rect })
    else byPage.set(page, [{ name, page, rect }])
  }
  for (const onPage of byPage.values()) {
    const sorted = onPage.toSorted((a, b) => a.rect[0] - b.rect[0])
    for (const [i, a] of sorted.entries()) {
      for (const b of sorted.slice(i + 1)) {
        if (b.rect[0] >= a.rect[2]) break
        if (a.rect[1] < b.rect[3] && b.rect[1] < a.rect[3]) return `the fields ${a.name} and ${b.name} overlap`
      }
    }
  }
  return null
}

const invalid = (why: string, cause?: unknown): SignError =>
  new SignError('ENVELOPE_MANIFEST_INVALID', `the manifest is not usable: ${why}`, { cause, details: { why } })

const SHAPES: Readonly<Record<keyof EnvelopeManifest, Shape>> = {
  type: oneOf('countersign-envelope'),
  version: oneOf(1, 2),
  id: (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value),
  title: isText,
  message: isOptionalText,
  createdAt: isTime,
  deadline: (value) => value === undefined || isTime(value),
  preparer: recordOf({ name: isText, email: isOptionalText }),
  documents: listOf(recordOf({ name: isText, sha256: isText, size: isCount, pages: isCount })),
  enclosures: (value) => value === undefined || listOf(isEnclosed)(value),
  cover: (value) => value === undefined || recordOf({ layout: isCount, font: isText })(value),
  detached: oneOf(undefined, true, false),
  signatories: listOf(
    recordOf({
      id: isText,
      role: oneOf('signer', 'approver', 'visa', 'copy'),
      name: isText,
      company: isOptionalText,
      emails: listOf(isText),
      kind: oneOf('simple', 'unqualified', 'qualified'),
      mayDelegate: oneOf(true, false),
      fields: listOf(
        recordOf({
          name: (value) => typeof value === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(value),
          kind: oneOf('signature', 'text', 'checkbox', 'date', 'name', 'company', 'mark'),
          page: isPage,
          rect: (value) => value === null || isRect(value),
          required: oneOf(true, false),
          label: isOptionalText,
          binding: isOptionalText,
          suggestion: isOptionalText,
        }),
      ),
    }),
  ),
  order: listOf(listOf(isText)),
  verificationPage: (value) => value === null || isCount(value),
  reserved: recordOf({
    certification: isText,
    decline: textMap,
    delegate: textMap,
    simple: textMap,
    record: mapOf(recordOf({ name: isText, page: isPage, rect: isRect })),
    close: isText,
    rounds: listOf(isText),
  }),
  resend: oneOf(true, false),
  language: oneOf(...ENVELOPE_LANGUAGES),
  verifyUrl: isOptionalText,
}

/** What is missing or malformed in a value that should be a manifest; null when nothing is. */
export function shapeProblem(value: unknown): string | null {
  if (!isRecord(value)) return 'not an object'
  for (const [key, shape] of Object.entries(SHAPES)) if (!shape(value[key])) return `${key} is missing or malformed`
  return null
}
