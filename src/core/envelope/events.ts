/** Later revisions as acts, told by the verifier's own analysis of what each changed. */
import type { PdfDocument } from '../pdf/document.ts'
import { isPermitted, permissionsOf } from '../pdf/diff/permissions.ts'
import type { Change } from '../pdf/diff/step.ts'
import { PdfDict, PdfRef, PdfString, nameOf } from '../pdf/objects.ts'
import { textOf } from '../pdf/text.ts'
import type { SignatureReport } from '../validation/report.ts'
import { eventOfFill } from './acts.ts'
import { KEY_FAMILIES, type EnvelopeManifest, type KeyFamily } from './manifest.ts'
import { reportOf, type EnvelopeFile } from './envelope-file.ts'
import { parseSimple } from './simple.ts'
import { signatureField, type EnvelopeEvent, type EventSigner, type FieldValues } from './state.ts'

/** Changes of long-term maintenance are no act: time-stamps and validation data. */
const isMaintenance = ({ level }: Change): boolean => level === 'none' || level === 'lta-updates'

/** An event with the values that its revision filled. */
export type ReadEvent = Readonly<{ event: EnvelopeEvent; values: FieldValues }>

/** In the order of the file; revisions of mere maintenance are left out. The preparer's revision is 0. */
export async function readEvents(envelope: EnvelopeFile): Promise<readonly ReadEvent[]> {
  const { document, prepared, collected } = envelope
  const forbidden = await forbiddenRevisions(envelope)
  const events: ReadEvent[] = []
  for (const { index } of document.revisions.slice(prepared + 1)) {
    const changes = collected.changes.get(index) ?? []
    if (changes.every(isMaintenance) && !changes.some(({ what }) => what === 'signature-added')) continue
    const values = await filledValues(document, index, changes)
    events.push({ event: eventOf(envelope, index - prepared, changes, values, forbidden.get(index)), values })
  }
  return events
}

function eventOf(
  envelope: EnvelopeFile,
  revision: number,
  changes: readonly Change[],
  values: FieldValues,
  forbidden: string | undefined,
): EnvelopeEvent {
  const foreign = (what: string): EnvelopeEvent => ({ kind: 'foreign', revision, what })
  if (forbidden !== undefined) return foreign(forbidden)
  const odd = changes.find((change) => !isMaintenance(change) && !isAct(change))
  if (odd) return foreign([odd.what, odd.field, odd.evidence].filter((part) => part !== undefined).join(' '))
  const signed = changes.find(({ what }) => what === 'signature-added')
  if (signed) return signatureEvent(envelope, revision, signed.field ?? '', values)
  const event = eventOfFill(envelope.manifest, values, revision)
  return event.kind === 'simple' && !isOverThisFile(envelope, event.signatory, revision, values)
    ? foreign('a simple signature of another file')
    : event
}

const isAct = ({ level, what }: Change): boolean =>
  level === 'form-filling' && (what === 'field-filled' || what === 'signature-added')

function signatureEvent(envelope: EnvelopeFile, revision: number, field: string, values: FieldValues): EnvelopeEvent {
  const signature = envelope.collected.signatures.find(
    (each) => each.field.name === field && each.revision === revision + envelope.prepared,
  )
  const report = signature && reportOf(envelope.report, signature)
  const isIntact = report?.integrity === 'intact' && ['whole-file', 'earlier-revision'].includes(report.coverage)
  return {
    kind: 'signature',
    revision,
    field,
    intact: isIntact,
    values,
    signer: signerOf(report),
    time: report?.provenTime ?? report?.claimedTime ?? null,
    timeProven: report?.provenTime !== undefined,
  }
}

function signerOf(report: SignatureReport | undefined): EventSigner {
  const signer = report?.signer
  return {
    name: signer?.commonName ?? signer?.subject ?? '',
    fingerprint: signer?.fingerprint ?? '',
    qualified: signer ? signer.qualified !== 'not-qualified' : false,
    family: familyOf(report?.algorithm ?? ''),
  }
}

/** 'ECDSA P-256 with SHA-256' -> 'ECDSA' */
export const familyOf = (algorithm: string): KeyFamily | null =>
  KEY_FAMILIES.find((family) => algorithm.startsWith(family)) ?? null

/** Digest and length in a simple signature are those of the file before it. */
function isOverThisFile(
  { manifest, revisions }: EnvelopeFile,
  signatory: string,
  revision: number,
  values: FieldValues,
): boolean {
  const record = parseSimple(values[manifest.reserved.simple[signatory] ?? ''] ?? '')
  const before = revisions[revision - 1]
  return before !== undefined && record?.sha256 === before.sha256 && record.size === before.size
}

/** Revisions with a change that an earlier signature of the envelope does not permit, and which. */
async function forbiddenRevisions({
  document,
  manifest,
  collected,
}: EnvelopeFile): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  const own = signatureFields(manifest)
  for (const signature of collected.signatures) {
    const { revision, field } = signature
    if (revision === null || !own.has(field.name)) continue
    const permissions = await permissionsOf(document, signature)
    for (const [index, changes] of collected.changes) {
      if (index <= revision || found.has(index)) continue
      const change = changes.find((each) => !isPermitted(each, permissions))
      if (change) found.set(index, `${change.what} ${change.field ?? ''}: not permitted after ${field.name}`)
    }
  }
  return found
}

const signatureFields = (manifest: EnvelopeManifest): ReadonlySet<string | undefined> =>
  new Set([manifest.reserved.certification, ...manifest.signatories.map(signatureField)])

/** What the revision's filled fields hold, by name; a ticked box is 'true'. */
async function filledValues(document: PdfDocument, revision: number, changes: readonly Change[]): Promise<FieldValues> {
  const view = document.revisions[revision]?.view ?? 0
  const values: Record<string, string> = {}
  for (const { what, field, object } of changes) {
    if (what !== 'field-filled' || field === undefined || object === undefined) continue
    const [number = 0, generation = 0] = object.split(' ').map(Number)
    const dict = await document.get(new PdfRef(number, generation), view)
    const value = dict instanceof PdfDict ? await document.value(dict, 'V', view) : null
    if (value instanceof PdfString) values[field] = (textOf(value) ?? '').replace(/\r\n?/g, '\n')
    else if ((nameOf(value) ?? 'Off') !== 'Off') values[field] = 'true'
  }
  return values
}
