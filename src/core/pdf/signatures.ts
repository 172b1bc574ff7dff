import type { Coverage, Finding } from '../validation/facts.ts'
import type { PdfRevision } from './chain.ts'
import type { PdfDocument } from './document.ts'
import { signedIn, type FormField } from './fields.ts'
import { formsOf } from './form-history.ts'
import type { PdfDict } from './objects.ts'
import { PdfString, countOf, isArray, nameOf, type PdfRef, type Span } from './objects.ts'
import { trailingBytes } from './unclaimed.ts'

/** `/ByteRange`: everything but the hex string of `/Contents`. ISO 32000-2, 12.8.1. */
export type ByteRange = readonly [start1: number, length1: number, start2: number, length2: number]

/** A signature or document time-stamp of a PDF, with what it covers. Nothing here is cryptographic. */
export type PdfSignature = Readonly<{
  field: FormField
  /** Names of further fields with this very signature as their value. */
  sharedWith: readonly string[]
  ref: PdfRef | null
  dict: PdfDict
  kind: 'signature' | 'document-time-stamp'
  subFilter: string | null
  /** Octets of /Contents with their padding; null: there is no such string. */
  contents: Uint8Array | null
  /** Null: not exactly [0 a b c] around this very /Contents. */
  byteRange: ByteRange | null
  /** What the range states, however wrong its place: what the digest is over. Null: no spans of this file. */
  spans: readonly Span[] | null
  /** Index of the revision that it signs; null when it covers no whole revision. */
  revision: number | null
  coverage: Coverage
  coveredBytes: number
  findings: readonly Finding[]
}>

type Found = Readonly<{ field: FormField; signature: PdfDict; ref: PdfRef | null; view: number; removed: boolean }>

/**
 * Every signature of the file, also those of earlier revisions that a later one removed from the form, in the order of
 * the bytes that they cover.
 */
export async function readSignatures(document: PdfDocument): Promise<readonly PdfSignature[]> {
  const found = await findSignatures(document)
  const trailing = await trailingBytes(document)
  const read = await Promise.all(found.map((each) => readSignature(document, each, trailing !== null)))
  const merged = mergeShared(read)
  return merged.toSorted((a, b) => endOf(a) - endOf(b))
}

const endOf = ({ byteRange }: PdfSignature): number => (byteRange ? byteRange[2] + byteRange[3] : Infinity)

async function findSignatures(document: PdfDocument): Promise<readonly Found[]> {
  const found: Found[] = []
  const seen = new Set<string>()
  const looked = new Set<FormField>()
  const forms = await formsOf(document)
  for (const revision of document.revisions.toReversed()) {
    // A field that is the same in a later revision holds the same signature there.
    const fields = (forms[revision.index]?.fields ?? []).filter((field) => field.type === 'Sig' && !looked.has(field))
    for (const field of fields) looked.add(field)
    for (const { field, signature, ref } of await signedIn(document, fields, revision.view)) {
      const key = `${field.ref.toString()} ${ref?.toString() ?? ''}`
      if (seen.has(key)) continue
      seen.add(key)
      const removed = revision !== document.revisions.at(-1)
      found.push({ field, signature, ref, view: revision.view, removed })
    }
  }
  return found
}

/** One signature object that several fields show is one signature (a viewer would count two signers). */
function mergeShared(signatures: readonly PdfSignature[]): readonly PdfSignature[] {
  const merged: PdfSignature[] = []
  for (const signature of signatures) {
    const key = signature.ref?.toString()
    const index = merged.findIndex((other) => key !== undefined && other.ref?.toString() === key)
    const first = merged[index]
    if (!first) {
      merged.push(signature)
      continue
    }
    const sharedWith = [...first.sharedWith, signature.field.name]
    const finding: Finding = { id: 'pdf-signature-shared', severity: 'warning', evidence: sharedWith.join(', ') }
    const others = first.findings.filter(({ id }) => id !== finding.id)
    merged[index] = { ...first, sharedWith, findings: [...others, finding] }
  }
  return merged
}

async function readSignature(document: PdfDocument, found: Found, trailing: boolean): Promise<PdfSignature> {
  const { field, signature: dict, ref, view } = found
  const findings: Finding[] = []
  if (found.removed) findings.push({ id: 'pdf-signature-removed', severity: 'failure', evidence: field.name })
  if (dict.duplicateKeys.length > 0) {
    findings.push({ id: 'pdf-duplicate-keys', severity: 'failure', evidence: dict.duplicateKeys.join(', ') })
  }
  const contents = await document.value(dict, 'Contents', view)
  const byteRange = await readByteRange(document, dict, view, findings)
  const placed = byteRange && contents instanceof PdfString && isAround(byteRange, contents, findings)
  const revision = placed ? revisionOf(document, byteRange) : null
  if (placed && revision === null) {
    findings.push({
      id: 'pdf-coverage-partial',
      severity: 'failure',
      evidence: `ends at ${byteRange[2] + byteRange[3]}`,
    })
  }
  const coverage = placed ? coverageOf(document, byteRange, revision, trailing) : 'invalid'
  // Behind the newest revision nothing is an update: whoever shows these bytes shows what nobody signed.
  if (coverage === 'partial' && revision) {
    findings.push({ id: 'pdf-bytes-outside-objects', severity: 'failure', evidence: 'after the last %%EOF' })
  }
  if (revision && ref) await checkSameObject(document, ref, revision, findings)
  const type = nameOf(await document.value(dict, 'Type', view))
  return {
    field,
    sharedWith: [],
    ref,
    dict,
    kind: type === 'DocTimeStamp' ? 'document-time-stamp' : 'signature',
    subFilter: nameOf(await document.value(dict, 'SubFilter', view)),
    contents: contents instanceof PdfString ? contents.bytes : null,
    byteRange: placed ? byteRange : null,
    spans: await statedSpans(document, dict, view),
    revision: revision?.index ?? null,
    coverage,
    coveredBytes: byteRange ? byteRange[1] + byteRange[3] : 0,
    findings,
  }
}

async function statedSpans(document: PdfDocument, dict: PdfDict, view: number): Promise<readonly Span[] | null> {
  const value = await document.value(dict, 'ByteRange', view)
  if (!isArray(value) || value.length === 0 || value.length % 2 !== 0 || value.length > 64) return null
  const spans: Span[] = []
  for (let i = 0; i < value.length; i += 2) {
    const [start, length] = [countOf(value[i]), countOf(value[i + 1])]
    if (start === null || length === null || start + length > document.size) return null
    spans.push({ start, end: start + length })
  }
  return spans
}

async function readByteRange(
  document: PdfDocument,
  dict: PdfDict,
  view: number,
  findings: Finding[],
): Promise<ByteRange | null> {
  const value = await document.value(dict, 'ByteRange', view)
  const numbers = isArray(value) ? value.map((each) => countOf(each) ?? -1) : []
  const [zero = -1, length1 = -1, start2 = -1, length2 = -1] = numbers
  const good = numbers.length === 4 && zero === 0 && length1 > 0 && start2 > length1 && length2 >= 0
  if (good && start2 + length2 <= document.size) return [0, length1, start2, length2]
  findings.push({ id: 'pdf-byte-range', severity: 'failure', evidence: `[${numbers.join(' ')}] of ${document.size}` })
  return null
}

/** The gap must be the hex string of this /Contents and not one byte more: what lies in it is signed by nobody. */
function isAround([, length1, start2]: ByteRange, contents: PdfString, findings: Finding[]): boolean {
  if (contents.hex && contents.start === length1 && contents.end === start2) return true
  const evidence = `gap ${length1}..${start2}, /Contents ${contents.start}..${contents.end}`
  findings.push({ id: 'pdf-byte-range-gap', severity: 'failure', evidence })
  return false
}

/** The revision whose end the range reaches: from just past `%%EOF` to past its end of line. */
function revisionOf(document: PdfDocument, [, , start2, length2]: ByteRange): PdfRevision | null {
  const end = start2 + length2
  if (end === document.size) return document.revisions.at(-1) ?? null
  const ends = (revision: PdfRevision) => end >= (revision.eof ?? revision.span.end) && end <= revision.span.end
  return document.revisions.find(ends) ?? null
}

function coverageOf(
  document: PdfDocument,
  [, , start2, length2]: ByteRange,
  revision: PdfRevision | null,
  trailing: boolean,
): Coverage {
  if (!revision) return 'partial'
  if (start2 + length2 === document.size) return 'whole-file'
  if (revision !== document.revisions.at(-1)) return 'earlier-revision'
  return trailing ? 'partial' : 'whole-file'
}

/** A later update that defines the signature object again shows other names, reasons and dates than those signed. */
async function checkSameObject(
  document: PdfDocument,
  ref: PdfRef,
  revision: PdfRevision,
  findings: Finding[],
): Promise<void> {
  const signed = await document.spanOf(ref, revision.view)
  const shown = await document.spanOf(ref)
  if (signed && shown && signed.start === shown.start) return
  const evidence = `${ref.toString()}: signed at ${signed?.start ?? 'none'}, shown at ${shown?.start ?? 'none'}`
  findings.push({ id: 'pdf-signature-replaced', severity: 'failure', evidence })
}
