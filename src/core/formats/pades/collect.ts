/** Signatures and document time-stamps of a PDF: EN 319 142-1, ISO 32000-2, 12.8. Facts only. */
import { sourceOf } from '../../bytes/byte-source.ts'
import type { DigestName } from '../../algorithms.ts'
import { toHex } from '../../bytes/bytes.ts'
import { prefixDigests, type Prefix, type PrefixDigests } from '../../bytes/prefix-digests.ts'
import { contentOf, holding, sizeOf, type BytesOrBlob } from '../../bytes/small-blob.ts'
import type { CmsSignedData } from '../../cms/read.ts'
import { SignError } from '../../errors.ts'
import { analyseRevisions, type ChangesByRevision } from '../../pdf/diff/analyse.ts'
import type { Change } from '../../pdf/diff/step.ts'
import { highestLevel, isPermitted, permissionsOf } from '../../pdf/diff/permissions.ts'
import type { PdfDocument } from '../../pdf/document.ts'
import { openPdf } from '../../pdf/open.ts'
import { readSignatures, type PdfSignature } from '../../pdf/signatures.ts'
import { dateOf, textOf } from '../../pdf/text.ts'
import type {
  DocumentFacts,
  FileFacts,
  Finding,
  ModificationFacts,
  SignatureFacts,
  TimestampFacts,
} from '../../validation/facts.ts'
import { withMaterial, type CollectContext } from '../collect-context.ts'
import type { CollectOptions, SourceFile } from '../format.ts'
import { isPortDigest } from '../../suites/digest.ts'
import { collectSignature } from '../signature-facts.ts'
import { bytesContent, NO_CONTENT, spansContent, type SignedContent } from '../signed-content.ts'
import { unreadable } from '../signer-facts.ts'
import { collectTimestamp } from '../timestamp-facts.ts'
import { readSecurityStore } from './security-store.ts'
import { padesLevels } from './levels.ts'
import { signedDataOf } from './signed-data.ts'
import { pageNumbersOf } from './signature-pages.ts'
import { standaloneTimestamp } from '../standalone-timestamp.ts'

type Place = Readonly<{ signature: PdfSignature; id: string; document: DocumentFacts; content: SignedContent }>

/** Never throws on hostile input: what cannot be opened has its code. @throws AbortError */
export async function collectPades(
  file: SourceFile,
  context: CollectContext,
  options: Pick<CollectOptions, 'password' | 'progress' | 'digest'> = {},
): Promise<FileFacts> {
  try {
    return await holding(file, async () => {
      const password = file.password ?? options.password
      const document = await openPdf(sourceOf(contentOf(file)), password === undefined ? {} : { password })
      if (!options.digest) return (await collectDocument(document, file, context, options)).facts
      const whole = (): Promise<number[]> => Promise.resolve([sizeOf(contentOf(file))])
      const { facts, digestsAt } = await collectDocument(document, file, context, options, whole)
      const [sha256 = new Uint8Array()] = await digestsAt()
      return { ...facts, sha256: toHex(sha256) }
    })
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    return { name: file.name, code: error.code, message: error.message, findings: [], signatures: [] }
  }
}

/** What was found in a document, with what else its reader may want to know of its revisions. */
export type Collected = Readonly<{
  facts: FileFacts
  signatures: readonly PdfSignature[]
  /** After the first signature. */
  changes: ChangesByRevision
  /** SHA-256 of the file up to each of the asked ends, in their order. */
  digestsAt: () => Promise<readonly Uint8Array[]>
}>

/** @param endsOf lengths of beginnings of the file to be digested in the same pass as what the signatures cover */
export async function collectDocument(
  document: PdfDocument,
  file: SourceFile,
  context: CollectContext,
  options: Pick<CollectOptions, 'progress' | 'digest'> = {},
  endsOf: (signatures: readonly PdfSignature[]) => Promise<readonly number[]> = () => Promise.resolve([]),
): Promise<Collected> {
  const signatures = await readSignatures(document)
  const ends = await endsOf(signatures)
  const digests = digestsFor(contentOf(file), signatures, ends, context, options)
  const digestsAt = (): Promise<Uint8Array[]> =>
    Promise.all(ends.map((_, i) => digests.digest(signatures.length + i, 'SHA-256')))
  if (signatures.length === 0) {
    const facts = { name: file.name, findings: problemsOf(document), signatures: [] }
    return { facts, signatures, changes: new Map(), digestsAt }
  }
  const base = Math.min(...signatures.map(({ revision }) => revision ?? Infinity))
  const changes: ChangesByRevision = Number.isFinite(base) ? await analyseRevisions(document, base) : new Map()
  const pages = await pageNumbersOf(document, signatures)
  const store = await readSecurityStore(document)
  const full = withMaterial(context, store.certificates, store.revocation)
  const places: Place[] = []
  const told = toldChanges(changes)
  for (const [i, signature] of signatures.entries()) {
    const facts = await documentFacts(document, signature, told, pages[i])
    const content = signedContent(contentOf(file), signature, { digests, index: i }, context, options)
    places.push({ signature, id: uniqueId(signature.field.name, i, signatures), document: facts, content })
  }
  const found: SignatureFacts[] = []
  for (const place of places) {
    if (place.signature.kind === 'signature') found.push(...(await collectOne(document, place, file.name, full)))
  }
  const stamps = await documentTimestamps(places, found, file.name, full)
  const stamped = found.map((facts) => withStamps(facts, stamps))
  const leveled = await padesLevels(document, stamped, places, store.revision)
  const alone = stamps.filter(({ covers }) => !found.some(({ id }) => covers.includes(id)))
  const facts = {
    name: file.name,
    findings: problemsOf(document),
    signatures: [...leveled, ...alone.map((stamp) => standaloneTimestamp(stamp, file.name))],
  }
  return { facts, signatures, changes, digestsAt }
}

const problemsOf = (document: PdfDocument): readonly Finding[] =>
  document.recovered ? [{ id: 'pdf-xref-rebuilt', severity: 'warning' }] : []

function uniqueId(name: string, index: number, all: readonly PdfSignature[]): string {
  const twins = all.filter(({ field }) => field.name === name)
  return name === '' || twins.length > 1 ? `${name || 'signature'}-${index + 1}` : name
}

type PlacedDigests = Readonly<{ digests: PrefixDigests; index: number }>

/** Of signatures that cover a beginning of the file and something behind their /Contents: all in one pass. */
function digestsFor(
  held: BytesOrBlob,
  signatures: readonly PdfSignature[],
  ends: readonly number[],
  { ports, signal }: CollectContext,
  { progress, digest = false }: Pick<CollectOptions, 'progress' | 'digest'>,
): PrefixDigests {
  const prefixes = [...signatures.map(({ spans }) => prefixOf(spans) ?? { end: 0 }), ...ends.map((end) => ({ end }))]
  return prefixDigests(held, prefixes, ports.engine, {
    mayHold: digest,
    ...(signal && { signal }),
    ...(progress && { progress: (done: number) => progress('digesting', done) }),
  })
}

function prefixOf(spans: PdfSignature['spans']): Prefix | null {
  const [first, tail, ...more] = spans ?? []
  return first?.start === 0 && tail && more.length === 0 && tail.start >= first.end ? { end: first.end, tail } : null
}

function signedContent(
  held: BytesOrBlob,
  { spans }: PdfSignature,
  { digests, index }: PlacedDigests,
  { ports, signal }: CollectContext,
  { progress }: Pick<CollectOptions, 'progress'>,
): SignedContent {
  if (!spans) return NO_CONTENT
  const whole = spansContent(held, spans, ports.engine, {
    ...(signal && { signal }),
    ...(progress && { progress: (done: number) => progress('digesting', done) }),
  })
  if (!prefixOf(spans)) return whole
  return {
    bytes: () => whole.bytes(),
    digest: (name) => (isPortDigest(name) ? digests.digest(index, name) : whole.digest(name)),
  }
}

type ToldChanges = readonly (readonly [revision: number, list: readonly Told[]])[]
type Told = Readonly<{ change: Change; facts: ModificationFacts }>

/** Each change as a fact, made once however many signatures it comes after. */
function toldChanges(changes: ChangesByRevision): ToldChanges {
  return [...changes].map(([revision, list]) => {
    const told = list.map((change) => {
      const { level, rule, what, object, field, page, evidence } = change
      const facts = {
        level,
        rule,
        what,
        ...(object !== undefined && { object }),
        ...(field !== undefined && { field }),
        ...(page !== undefined && { page }),
        ...(evidence !== undefined && { evidence }),
      }
      return { change, facts }
    })
    return [revision, told]
  })
}

async function documentFacts(
  document: PdfDocument,
  signature: PdfSignature,
  changes: ToldChanges,
  page: number | undefined,
): Promise<DocumentFacts> {
  const { revision, dict } = signature
  const view = document.revisions[revision ?? 0]?.view ?? 0
  const told = revision === null ? [] : changes.flatMap(([index, list]) => (index > revision ? list : []))
  const after = told.map(({ change }) => change)
  const permissions = await permissionsOf(document, signature)
  const reason = textOf(await document.value(dict, 'Reason', view))
  const location = textOf(await document.value(dict, 'Location', view))
  return {
    coverage: signature.coverage,
    modifications: highestLevel(after),
    modificationsPermitted: after.every((change) => isPermitted(change, permissions)),
    changes: told.map(({ facts }) => facts),
    ...(permissions.own !== null && { docMdp: permissions.own }),
    field: signature.field.name,
    ...(page !== undefined && { page }),
    ...(reason !== null && { reason }),
    ...(location !== null && { location }),
    ...(revision !== null && signature.byteRange && { signedLength: signature.byteRange[2] + signature.byteRange[3] }),
    coveredBytes: signature.coveredBytes,
    totalBytes: document.size,
  }
}

async function collectOne(
  document: PdfDocument,
  place: Place,
  file: string,
  context: CollectContext,
): Promise<readonly SignatureFacts[]> {
  const { signature, id } = place
  const view = document.revisions[signature.revision ?? 0]?.view ?? 0
  const signedAt = dateOf(await document.value(signature.dict, 'M', view))
  const withTime = (facts: SignatureFacts): SignatureFacts =>
    facts.claimedTime || !signedAt ? facts : { ...facts, claimedTime: signedAt }
  const format = signature.subFilter === 'ETSI.CAdES.detached' ? 'PAdES' : 'PDF'
  const fail = (evidence: string): readonly SignatureFacts[] => {
    const facts = unreadable({ id, file, format }, evidence, place.document)
    return [withTime({ ...facts, findings: [...signature.findings, ...facts.findings] })]
  }
  try {
    if (!signature.contents) return fail('no /Contents')
    if (signature.subFilter === 'adbe.x509.rsa_sha1') return fail('adbe.x509.rsa_sha1 is not read here')
    const signedData = signedDataOf(signature)
    const facts = await collectSigners(place, signedData, { file, format }, context)
    return facts.length > 0 ? facts.map(withTime) : fail('no signer in the CMS')
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    return fail(error.message)
  }
}

async function collectSigners(
  { signature, id, document, content }: Place,
  signedData: CmsSignedData,
  { file, format }: Readonly<{ file: string; format: 'PAdES' | 'PDF' }>,
  context: CollectContext,
): Promise<readonly SignatureFacts[]> {
  const isSha1 = signature.subFilter === 'adbe.pkcs7.sha1'
  const findings = [...signature.findings, ...structureFindings(signature, signedData, isSha1)]
  // adbe.pkcs7.sha1 signs the SHA-1 of the range, which the CMS envelops (ISO 32000-1, 12.8.3.3).
  const enveloped = isSha1 && signedData.content ? bytesContent(signedData.content, context.ports.engine) : null
  const facts: SignatureFacts[] = []
  for (const [i, signer] of signedData.signers.entries()) {
    const own = i === 0 ? id : `${id}#${i + 1}`
    const input = { signedData, signer, content: enveloped ?? content, id: own, file, format, document, findings }
    const found = await collectSignature({ ...input, purpose: 'signing' }, context)
    facts.push(enveloped ? { ...found, digest: await sha1Digest(signedData, content) } : found)
  }
  return facts
}

function structureFindings(signature: PdfSignature, signedData: CmsSignedData, isSha1: boolean): readonly Finding[] {
  const findings: Finding[] = []
  const known = ['ETSI.CAdES.detached', 'adbe.pkcs7.detached', 'adbe.pkcs7.sha1']
  if (!known.includes(signature.subFilter ?? '')) {
    findings.push({ id: 'pdf-sub-filter', severity: 'warning', evidence: signature.subFilter ?? 'absent' })
  }
  if (signedData.signers.length > 1) {
    findings.push({ id: 'pdf-several-signers', severity: 'warning', evidence: `${signedData.signers.length}` })
  }
  // What a detached CMS envelops is signed instead of the document.
  if (signedData.content !== null && !isSha1) {
    findings.push({ id: 'pdf-cms-with-content', severity: 'failure', evidence: `${signedData.content.length} bytes` })
  }
  return findings
}

async function sha1Digest(signedData: CmsSignedData, content: SignedContent) {
  const computed = await content.digest('SHA-1')
  return {
    algorithm: 'SHA-1',
    stated: toHex(signedData.content ?? new Uint8Array()),
    computed: computed && toHex(computed),
  }
}

async function documentTimestamps(
  places: readonly Place[],
  signatures: readonly SignatureFacts[],
  file: string,
  context: CollectContext,
): Promise<readonly TimestampFacts[]> {
  const found: TimestampFacts[] = []
  for (const { signature, id, document, content } of places) {
    if (signature.kind !== 'document-time-stamp') continue
    const earlier = places.filter((other) => endOf(other) < endOf({ signature }) && signature.byteRange !== null)
    const ids = new Set(earlier.map((other) => other.id))
    const within = signatures
      .filter((facts) => ids.has(facts.id.replace(/#\d+$/, '')))
      .flatMap((facts) => [facts.id, ...facts.timestamps.map((stamp) => stamp.id)])
    const stamps = found.filter((stamp) => ids.has(stamp.id)).map((stamp) => stamp.id)
    const input = {
      kind: 'document' as const,
      id,
      file,
      token: signature.contents ?? new Uint8Array(),
      padded: true,
      digest: (name: DigestName) => content.digest(name),
      covers: [...within, ...stamps],
      document,
      findings: signature.findings,
    }
    found.push(await collectTimestamp(input, context))
  }
  return found
}

const endOf = ({ signature }: Readonly<{ signature: PdfSignature }>): number =>
  signature.byteRange ? signature.byteRange[2] + signature.byteRange[3] : Infinity

/** Document time-stamps count for every signature that they cover. */
function withStamps(facts: SignatureFacts, stamps: readonly TimestampFacts[]): SignatureFacts {
  const covering = stamps.filter(({ covers }) => covers.includes(facts.id))
  return { ...facts, timestamps: [...facts.timestamps, ...covering] }
}
