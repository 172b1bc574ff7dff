import { SignError } from '../../errors.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { readForm, signedFields } from '../../pdf/fields.ts'
import type { Form } from '../../pdf/fields.ts'
import { fieldLock, isLocked, readRestrictions } from '../../pdf/restrictions.ts'
import type { DocMdp, FieldLock } from '../../pdf/restrictions.ts'
import { emptyField } from '../../pdf/signature-field.ts'
import type { SignatureTarget } from '../../pdf/signature-field.ts'
import type { PadesOptions } from './options.ts'

/** A document that may be signed as asked. */
export type Admission = Readonly<{
  document: PdfDocument
  form: Form | null
  target: SignatureTarget
  /** What the chosen field's /Lock asks this signature to freeze. */
  fieldLock: FieldLock | null
  fieldDocMdp: DocMdp | null
}>

/**
 * Whether earlier signatures, the form and the encryption allow this signature.
 *
 * @throws SignError `FORMAT_NOT_INCREMENTAL`, `FORMAT_DOCMDP_FORBIDS`, `FORMAT_FIELD_LOCKED`, `FORMAT_FIELD_NOT_FOUND`,
 *   `FORMAT_FIELD_SIGNED`, `FORMAT_CERTIFY_NOT_FIRST`, `FORMAT_PERMISSION_DENIED`
 */
export async function admit(document: PdfDocument, options: PadesOptions): Promise<Admission> {
  const form = await readForm(document)
  const target = options.field ?? { kind: 'new' }
  const signed = await signedFields(document, form)
  if (document.recovered && signed.length > 0) {
    throw new SignError('FORMAT_NOT_INCREMENTAL', 'the cross-reference data of this signed file are broken')
  }
  checkEncryption(document, target)
  if (options.certify !== undefined && signed.length > 0) {
    throw new SignError('FORMAT_CERTIFY_NOT_FIRST', 'only the first signature can certify')
  }
  const { docMdp, locks } = await readRestrictions(document, form)
  const isVisible = target.kind === 'new' && target.rect !== undefined
  if (docMdp === 1 || (docMdp === 2 && isVisible)) {
    const details = { level: docMdp, visible: isVisible }
    throw new SignError('FORMAT_DOCMDP_FORBIDS', 'the author allows no such change', { details })
  }
  const wanted = target.kind === 'existing' ? target.name : (target.name ?? '')
  if (isLocked(locks, wanted)) {
    throw new SignError('FORMAT_FIELD_LOCKED', 'an earlier signature locked this field', { details: { field: wanted } })
  }
  if (target.kind === 'new') return { document, form, target, fieldLock: null, fieldDocMdp: null }
  const own = await fieldLock(document, emptyField(form, target.name))
  return { document, form, target, fieldLock: own.lock, fieldDocMdp: own.docMdp }
}

/** ISO 32000-2, table 22. */
function checkEncryption({ crypt }: PdfDocument, target: SignatureTarget): void {
  if (!crypt) return
  const { fillForms, createFields } = crypt.permissions
  if (target.kind === 'existing' ? fillForms : createFields) return
  const details = { needed: target.kind === 'existing' ? 'fill-forms' : 'create-fields' }
  throw new SignError('FORMAT_PERMISSION_DENIED', 'the file restricts this without the owner password', { details })
}
