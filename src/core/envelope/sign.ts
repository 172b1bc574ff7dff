/** What a signatory's revision holds: his values, his line of the record and the options of his signature. Pure. */
import { SignError } from '../errors.ts'
import type { PadesOptions } from '../formats/pades/options.ts'
import type { SignatureAppearance, SignatureMark } from '../pdf/appearance/appearance.ts'
import { hasLines, type EnvelopeManifest, type Signatory, type SignatureKind } from './manifest.ts'
import { missingFields, signatureField, type FieldValues } from './state.ts'
import { RECORD_WORDS, recordText, recordTime } from './words.ts'

export type SignerLine = Readonly<{
  name: string
  company: string | null
  /** What his signature may be called: 'qualified' only when the certificate says so. */
  kind: SignatureKind
  /** ISO 8601, UTC */
  time: string
  /** Lower-case hex SHA-256 of the file before. */
  digest: string
  /** Upper-case hex SHA-256 of the certificate; null: a simple signature. */
  fingerprint: string | null
}>

/**
 * The values of all his fields.
 *
 * @param entered by field name; what is not his is refused
 * @throws SignError `ENVELOPE_FIELD_REQUIRED`; RangeError for a field that is not his or that he may not set
 */
export function signingValues(
  manifest: EnvelopeManifest,
  signatory: Signatory,
  entered: Readonly<Record<string, string | boolean>>,
  line: SignerLine,
): Readonly<Record<string, string | true>> {
  const values: Record<string, string | true> = {}
  const free = signatory.fields.filter(({ kind }) => kind !== 'signature' && kind !== 'date')
  const stranger = Object.keys(entered).find((name) => !free.some((field) => field.name === name))
  if (stranger !== undefined) throw new RangeError(`${stranger} is not a field that ${signatory.id} may set`)
  for (const { name, kind, rect } of signatory.fields) {
    const given = entered[name]
    if (kind === 'date') values[name] = recordTime(line.time)
    else if (kind === 'checkbox') {
      if (given === true) values[name] = true
    } else if (kind === 'signature') {
      if (signatory.kind === 'simple') values[name] = simpleText(manifest, line)
    } else {
      const text = oneForm(typeof given === 'string' ? given : knownText(kind, line), hasLines(rect))
      if (text !== '') values[name] = text
    }
  }
  const missing = missingFields(signatory, asTexts(values))
  if (missing.length > 0) {
    const details = { fields: missing.join(', '), count: missing.length }
    throw new SignError('ENVELOPE_FIELD_REQUIRED', 'a required field is empty', { details })
  }
  const record = manifest.reserved.record[signatory.id]
  if (record) values[record.name] = recordText(manifest.language, line)
  return values
}

/** As it comes back from the file. */
const oneForm = (text: string, lines: boolean): string => text.trim().replace(/\r\n?|\n/g, lines ? '\n' : ' ')

/** As they are read back from the file. */
export const asTexts = (values: Readonly<Record<string, string | true>>): FieldValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === true ? 'true' : value]))

function knownText(kind: string, { name, company }: SignerLine): string {
  if (kind === 'name') return name
  if (kind === 'company') return company ?? ''
  return kind === 'mark' ? initials(name) : ''
}

const initials = (name: string): string =>
  name
    .split(/[\s-]+/)
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase()

/** What the box of a simple signatory shows. */
function simpleText({ language }: EnvelopeManifest, { name, time }: SignerLine): string {
  return `${name}\n${recordTime(time)}\n${RECORD_WORDS[language].kinds.simple}`
}

/** Approvers and the visa say what they commit to (EN 319 142-1, 6.3: then without /Reason). */
export function signingOptions(
  manifest: EnvelopeManifest,
  signatory: Signatory,
  values: Readonly<Record<string, string | true>>,
  { line, font, mark }: Readonly<{ line: SignerLine; font: Uint8Array; mark: SignatureMark | null }>,
): PadesOptions {
  const field = signatureField(signatory)
  if (field === undefined) throw new RangeError(`${signatory.id} does not sign`)
  return {
    field: { kind: 'existing', name: field },
    name: line.name,
    fill: { values, font, onlyOwn: true },
    appearance: appearanceOf(manifest, line, font, mark),
    ...(signatory.role === 'signer' ? {} : { commitment: 'approval' }),
  }
}

function appearanceOf(
  { language }: EnvelopeManifest,
  line: SignerLine,
  font: Uint8Array,
  mark: SignatureMark | null,
): SignatureAppearance {
  const details = [...(line.company ? [line.company] : []), recordTime(line.time)]
  return {
    template: mark ? 'mark-and-text' : 'text',
    name: line.name,
    details,
    alt: `${line.name}, ${recordTime(line.time)}, ${RECORD_WORDS[language].kinds[line.kind]}`,
    font,
    ...(mark ? { mark } : {}),
  }
}
