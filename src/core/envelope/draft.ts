/** What a preparer chose, before the file exists: no field names, no digests. Also the content of a template file. */
import { SignError } from '../errors.ts'
import type { EnvelopeField, EnvelopeLanguage, FieldRect, Signatory } from './manifest.ts'

/** A field as placed on the page; its PDF name is given when the envelope is prepared. */
export type DraftField = Omit<EnvelopeField, 'name'>

/**
 * A signatory as chosen. Without a field of kind 'signature' the signature goes into his line of the record; where there is
 * no record it is not seen on any page. A simple signatory without one has only his line.
 */
export type DraftSignatory = Omit<Signatory, 'fields'> & Readonly<{ fields: readonly DraftField[] }>

export type EnvelopeDraft = Readonly<{
  title: string
  message?: string
  /** ISO 8601, UTC */
  deadline?: string
  preparer: Readonly<{ name: string; email?: string }>
  signatories: readonly DraftSignatory[]
  /** Groups of signatory ids: one group after another, within a group in any order. */
  order: readonly (readonly string[])[]
  /** False: the document must not grow a page; the record is then a separate report. */
  record: boolean
  resend: boolean
  language: EnvelopeLanguage
  /** Where anybody can verify the file: the QR of the record leads there. */
  verifyUrl?: string
}>

/** What is wrong with a draft, for the form to show beside its field; `path` is 'signatories.1.emails.0', 'order' … */
export type DraftProblem = Readonly<{ id: DraftProblemId; path: string; evidence?: string }>

export type DraftProblemId =
  | 'no-title'
  | 'no-signatory'
  | 'too-many-signatories'
  | 'too-many-fields'
  | 'same-id'
  | 'no-name'
  | 'email-malformed'
  | 'order-incomplete'
  | 'deadline-passed'
  | 'several-visas'
  | 'visa-not-last'
  | 'visa-simple'
  | 'simple-not-covered'
  | 'several-signature-fields'
  | 'field-without-area'
  | 'field-off-page'
  | 'fields-overlap'

export type TemplateOptions = Readonly<{
  /** Keeps names and addresses; without it only roles, kinds and places are kept. */
  persons: boolean
}>

const TEMPLATE = 'countersign-envelope-template'

/** A template as a file: JSON, UTF-8. */
export function encodeTemplate(draft: EnvelopeDraft, { persons }: TemplateOptions): string {
  const { deadline: _gone, ...kept } = draft
  const anonymous = {
    ...kept,
    preparer: { name: '' },
    signatories: draft.signatories.map((one): DraftSignatory => {
      const { company: _company, ...rest } = one
      return { ...rest, name: '', emails: [] }
    }),
  }
  return JSON.stringify({ type: TEMPLATE, version: 1, draft: persons ? kept : anonymous }, null, 1)
}

/**
 * @param text of a file that anybody may have made
 * @throws SignError `ENVELOPE_TEMPLATE_INVALID`
 */
export function parseTemplate(text: string): EnvelopeDraft {
  const fail = (why: string, cause?: unknown): SignError =>
    new SignError('ENVELOPE_TEMPLATE_INVALID', `not a template: ${why}`, { details: { why }, cause })
  if (text.length > 4 << 20) throw fail('too large')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw fail('not JSON', cause)
  }
  const file = value as Readonly<{ type?: unknown; version?: unknown; draft?: EnvelopeDraft }> | null
  if (file?.type !== TEMPLATE || file.version !== 1 || !file.draft) throw fail('another kind of file')
  return file.draft
}

/** Where two rectangles share area, in points beyond `margin`. */
export function overlapping(a: FieldRect, b: FieldRect, margin = 0): boolean {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width > margin && height > margin
}
