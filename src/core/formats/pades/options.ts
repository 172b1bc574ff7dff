import type { CommitmentType } from '../../cms/write.ts'
import type { SignatureAppearance } from '../../pdf/appearance/appearance.ts'
import type { FillRequest } from '../../pdf/fill/fill-form.ts'
import type { DocMdp, FieldLock } from '../../pdf/restrictions.ts'
import type { SignatureTarget } from '../../pdf/signature-field.ts'

/** What only PAdES knows of a request. Plain cloneable data. */
export type PadesOptions = Readonly<{
  /** Opens an encrypted file: the user's or the owner's. */
  password?: string
  /** Default: a new invisible field. */
  field?: SignatureTarget
  /** Not with `commitment` (EN 319 142-1, 6.3). */
  reason?: string
  location?: string
  contact?: string
  /** /Name: the signer as the document should call them. */
  name?: string
  /** A visa in a PDF is an approval signature with the commitment `approval`. */
  commitment?: CommitmentType
  /** Certifies: the author says what may change afterwards. Only as the first signature. */
  certify?: DocMdp
  /** Fields that nobody may change after this signature. */
  lock?: FieldLock
  /** How a visible signature looks: of a new field with a rectangle, or of an existing field that has one. */
  appearance?: SignatureAppearance
  /**
   * Values for form fields, written in the same revision as the signature. When given (be it empty), a required field
   * that stays empty blocks the signature.
   */
  fill?: FillRequest
  /** Ids of findings of the content (`Inspection.warnings`) that forbid signing: `FORMAT_POISONED`. Default: none does. */
  refuse?: readonly string[]
}>

/** All that `embed` needs, cloneable: may wait anywhere for a slow token. */
export type PadesState = Readonly<{
  name: string
  /** The document as it came. */
  original: Blob
  /** What is written behind it, /ByteRange filled in, /Contents still zeros. */
  appended: Uint8Array<ArrayBuffer>
  /** Offset in `appended` of the first hex digit of /Contents, and how many digits there are. */
  contents: Readonly<{ at: number; digits: number }>
  /** Name of the field that was signed. */
  field: string
}>
