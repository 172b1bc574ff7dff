/** What a preparer chose, before the file exists: no field names, no digests. Also what a template holds. */
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
  /** Where documents are enclosed: each certificate signatory signs each by itself too, in a `.p7s` beside it. */
  detached?: boolean
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

/** Where two rectangles share area, in points beyond `margin`. */
export function overlapping(a: FieldRect, b: FieldRect, margin = 0): boolean {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width > margin && height > margin
}
