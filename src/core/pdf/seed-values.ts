import type { PdfDocument } from './document.ts'
import type { FormField } from './fields.ts'
import { PdfDict, PdfString, isArray, nameOf } from './objects.ts'
import type { PdfObject } from './objects.ts'
import { textOf } from './text.ts'

/** Wishes of a form's author for a signature field; those whose flag is set are demands (ISO 32000-2, 12.7.5.5, table 237). */
export type SeedValue = Readonly<{
  filter: string | null
  subFilters: readonly string[] | null
  digestMethods: readonly string[] | null
  reasons: readonly string[] | null
  /** Minimum version of the seed value dictionary's reader. */
  version: number | null
  legalAttestation: boolean
  addRevInfo: boolean
  lockDocument: boolean
  appearanceFilter: string | null
  /** 0: an approval signature; 1 to 3: a certification with this /P. Null: not said. */
  mdp: 0 | 1 | 2 | 3 | null
  timeStampRequired: boolean
  certificate: CertificateSeed | null
  demands: Readonly<Record<SeedKey, boolean>>
}>

export type SeedKey =
  | 'filter'
  | 'subFilter'
  | 'version'
  | 'reasons'
  | 'legalAttestation'
  | 'addRevInfo'
  | 'digestMethod'
  | 'lockDocument'
  | 'appearanceFilter'

/** Constraints on the certificate (table 238); only demands are kept, the rest are empty. */
export type CertificateSeed = Readonly<{
  /** DER of the acceptable certificates; null: any. */
  subjects: readonly Uint8Array[] | null
  /** DER of the acceptable issuers; null: any. */
  issuers: readonly Uint8Array[] | null
  /** Certificate policies, of which one must be there; null: any. */
  policies: readonly string[] | null
  /** Alternatives of '1', '0', 'X' for bits digitalSignature … decipherOnly; null: any. */
  keyUsage: readonly string[] | null
  /** Alternatives of attributes by short name or OID; null: any. */
  subjectDn: readonly Readonly<Record<string, string>>[] | null
}>

const FLAGS: readonly SeedKey[] = [
  'filter',
  'subFilter',
  'version',
  'reasons',
  'legalAttestation',
  'addRevInfo',
  'digestMethod',
  'lockDocument',
  'appearanceFilter',
]

/** /SV of a signature field; null when there is none. */
export async function readSeedValue(document: PdfDocument, field: FormField): Promise<SeedValue | null> {
  const dict = await document.dict(field.dict, 'SV')
  if (!dict) return null
  const flags = await integer(document, dict, 'Ff')
  const version = await document.value(dict, 'V')
  const mdp = await integer(document, (await document.dict(dict, 'MDP')) ?? new PdfDict(), 'P', -1)
  const stamp = (await document.dict(dict, 'TimeStamp')) ?? new PdfDict()
  const certificate = await document.dict(dict, 'Cert')
  const lockDocument = await document.value(dict, 'LockDocument')
  return {
    filter: nameOf(await document.value(dict, 'Filter')),
    subFilters: await list(document, dict, 'SubFilter', nameOf),
    digestMethods: await list(document, dict, 'DigestMethod', (item) => nameOf(item) ?? textOf(item)),
    reasons: await list(document, dict, 'Reasons', textOf),
    version: typeof version === 'number' ? version : null,
    legalAttestation: (await document.value(dict, 'LegalAttestation')) !== null,
    addRevInfo: (await document.value(dict, 'AddRevInfo')) === true,
    lockDocument: lockDocument === true || nameOf(lockDocument) === 'true',
    appearanceFilter: textOf(await document.value(dict, 'AppearanceFilter')),
    mdp: mdp === 0 || mdp === 1 || mdp === 2 || mdp === 3 ? mdp : null,
    timeStampRequired: ((await integer(document, stamp, 'Ff')) & 1) === 1,
    certificate: certificate ? await certificateSeed(document, certificate) : null,
    demands: Object.fromEntries(FLAGS.map((key, bit) => [key, (flags & (1 << bit)) !== 0])) as Record<SeedKey, boolean>,
  }
}

async function certificateSeed(document: PdfDocument, dict: PdfDict): Promise<CertificateSeed> {
  const flags = await integer(document, dict, 'Ff')
  const demanded = (bit: number): boolean => (flags & (1 << bit)) !== 0
  const bytes = (item: PdfObject): Uint8Array | null => (item instanceof PdfString ? item.bytes : null)
  const names: Record<string, string>[] = []
  for (const item of (await list(document, dict, 'SubjectDN', (each) => (each instanceof PdfDict ? each : null))) ??
    []) {
    const attributes: Record<string, string> = {}
    for (const key of item.entries.keys()) attributes[key] = textOf(await document.value(item, key)) ?? ''
    names.push(attributes)
  }
  return {
    subjects: demanded(0) ? await list(document, dict, 'Subject', bytes) : null,
    issuers: demanded(1) ? await list(document, dict, 'Issuer', bytes) : null,
    policies: demanded(2) ? await list(document, dict, 'OID', textOf) : null,
    keyUsage: demanded(5) ? await list(document, dict, 'KeyUsage', textOf) : null,
    subjectDn: demanded(3) && names.length > 0 ? names : null,
  }
}

async function integer(document: PdfDocument, dict: PdfDict, key: string, fallback = 0): Promise<number> {
  const value = await document.value(dict, key)
  return typeof value === 'number' ? value | 0 : fallback
}

/** Items of an array (or the one value that stands for it) that `read` takes; null when the key is absent. */
async function list<T>(
  document: PdfDocument,
  dict: PdfDict,
  key: string,
  read: (item: PdfObject) => T | null,
): Promise<T[] | null> {
  const value = await document.value(dict, key)
  if (value === null) return null
  const found: T[] = []
  for (const item of isArray(value) ? value.slice(0, 1000) : [value]) {
    const taken = read(await document.resolve(item))
    if (taken !== null) found.push(taken)
  }
  return found
}
