import { SignError } from '../../errors.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { readForm, signedFields } from '../../pdf/fields.ts'
import type { Form, SignedField } from '../../pdf/fields.ts'
import { fieldLock, isLocked, readRestrictions } from '../../pdf/restrictions.ts'
import type { DocMdp, FieldLock, Restrictions } from '../../pdf/restrictions.ts'
import { readSeedValue } from '../../pdf/seed-values.ts'
import { emptyField } from '../../pdf/signature-field.ts'
import type { SignatureTarget } from '../../pdf/signature-field.ts'
import type { RequestedSigner } from '../format.ts'
import type { PadesOptions } from './options.ts'

/** What must be known of a document before it is signed; read once. */
export type Survey = Readonly<{
  document: PdfDocument
  form: Form | null
  signed: readonly SignedField[]
  restrictions: Restrictions
}>

/** A document that may be signed as asked. */
export type Admission = Survey &
  Readonly<{
    target: SignatureTarget
    /** Fields that this signature freezes: what the field's /Lock asks for, else what the signer does. */
    lock: FieldLock | null
    /** The /P that this signature sets. */
    docMdp: DocMdp | null
    /** Whether it certifies: then the catalog points to it. */
    certifies: boolean
  }>

export async function survey(document: PdfDocument): Promise<Survey> {
  const form = await readForm(document)
  const signed = await signedFields(document, form)
  return { document, form, signed, restrictions: await readRestrictions(document, form) }
}

/**
 * Whether earlier signatures, the form and the encryption allow this signature.
 *
 * @param signer null: asked before a signer was chosen
 * @throws SignError `FORMAT_NOT_INCREMENTAL`, `FORMAT_UNRECOVERABLE`, `FORMAT_DOCMDP_FORBIDS`, `FORMAT_FIELD_LOCKED`, `FORMAT_FIELD_NOT_FOUND`,
 *   `FORMAT_FIELD_SIGNED`, `FORMAT_CERTIFY_NOT_FIRST`, `FORMAT_PERMISSION_DENIED`, `FORMAT_SEED_VALUE_FORBIDS`
 */
export async function admit(
  surveyed: Survey,
  options: PadesOptions,
  signer: RequestedSigner | null,
): Promise<Admission> {
  const { document, form, signed, restrictions } = surveyed
  const target = options.field ?? { kind: 'new' }
  if (document.recovered && signed.length > 0) {
    throw new SignError('FORMAT_NOT_INCREMENTAL', 'the cross-reference data of this signed file are broken')
  }
  // What is appended would make readers search, who then see another document than the one that was signed.
  if (document.problems.some(({ id }) => id === 'pages-unreadable')) {
    throw new SignError('FORMAT_UNRECOVERABLE', 'no way through the file leads to its first page')
  }
  checkEncryption(document, target)
  const isFirst = signed.length === 0 && !restrictions.certified
  if (options.certify !== undefined && !isFirst) throw notFirst()
  checkDocMdp(restrictions, target)
  checkLocks(restrictions, target)
  const own = target.kind === 'new' ? NOTHING : await fieldDemands(surveyed, target.name, options, signer)
  const certify = options.certify ?? own.certify
  if (certify !== null && !isFirst) throw notFirst()
  const docMdp = certify ?? own.docMdp
  return {
    document,
    form,
    signed,
    restrictions,
    target,
    lock: own.lock ?? options.lock ?? null,
    docMdp,
    certifies: certify !== null,
  }
}

const notFirst = (): SignError => new SignError('FORMAT_CERTIFY_NOT_FIRST', 'only the first signature can certify')

type Demands = Readonly<{ lock: FieldLock | null; docMdp: DocMdp | null; certify: DocMdp | null }>
const NOTHING: Demands = { lock: null, docMdp: null, certify: null }

/** /Lock and /SV of an empty field. */
async function fieldDemands(
  { document, form }: Survey,
  fieldName: string,
  options: PadesOptions,
  signer: RequestedSigner | null,
): Promise<Demands> {
  const field = emptyField(form, fieldName)
  const own = await fieldLock(document, field)
  const seed = await readSeedValue(document, field)
  if (!seed) return { ...own, certify: null }
  const { checkDemands } = await import('./demands.ts')
  checkDemands(seed, signer ? options : null, signer)
  if (seed.mdp === 0 && options.certify !== undefined) {
    const details = { demand: 'approval' }
    throw new SignError('FORMAT_SEED_VALUE_FORBIDS', 'this field is for an approval signature', { details })
  }
  if (seed.mdp !== null && seed.mdp > 0 && options.certify !== undefined && options.certify !== seed.mdp) {
    const details = { demand: 'certify', allowed: seed.mdp }
    throw new SignError('FORMAT_SEED_VALUE_FORBIDS', 'this field asks for another certification', { details })
  }
  return { ...own, certify: seed.mdp === null || seed.mdp === 0 ? null : seed.mdp }
}

/** After a certification nothing visible may be added but what was there to be filled in. */
function checkDocMdp({ docMdp, certified }: Restrictions, target: SignatureTarget): void {
  const isVisible = target.kind === 'new' && target.rect !== undefined
  if (docMdp !== 1 && !(certified && isVisible)) return
  const details = { level: docMdp ?? 2, visible: isVisible }
  throw new SignError('FORMAT_DOCMDP_FORBIDS', 'the author allows no such change', { details })
}

function checkLocks({ locks }: Restrictions, target: SignatureTarget): void {
  const field = target.name ?? ''
  if (!isLocked(locks, field)) return
  throw new SignError('FORMAT_FIELD_LOCKED', 'an earlier signature locked this field', { details: { field } })
}

/** ISO 32000-2, table 22. Whoever may sign may fill in: what permits the one permits the other. */
function checkEncryption({ crypt }: PdfDocument, target: SignatureTarget): void {
  if (!crypt) return
  const { fillForms, createFields } = crypt.permissions
  if (target.kind === 'existing' ? fillForms : createFields) return
  const details = { needed: target.kind === 'existing' ? 'fill-forms' : 'create-fields' }
  throw new SignError('FORMAT_PERMISSION_DENIED', 'the file restricts this without the owner password', { details })
}
