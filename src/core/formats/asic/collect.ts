/** ASiC-S and ASiC-E containers: EN 319 162-1. CAdES and time-stamps are collected; XAdES is named as not checked. Facts only. */
import { blobSource } from '../../bytes/byte-source.ts'
import { fromLatin1, toHex } from '../../bytes/bytes.ts'
import { openZip, type ZipArchive, type ZipEntry } from '../../bytes/zip-read.ts'
import { messageOf, parseSignedData } from '../../cms/read.ts'
import { SignError } from '../../errors.ts'
import { digestBytes } from '../../suites/digest.ts'
import type {
  DigestFacts,
  DocumentFacts,
  FileFacts,
  Finding,
  SignatureFacts,
  TimestampFacts,
} from '../../validation/facts.ts'
import { collectCades } from '../cades/collect.ts'
import type { CollectContext } from '../collect-context.ts'
import type { SourceFile } from '../format.ts'
import { notChecked } from '../not-checked.ts'
import { bytesContent } from '../signed-content.ts'
import { unreadable, WHOLE_CONTENT } from '../signer-facts.ts'
import { standaloneTimestamp } from '../standalone-timestamp.ts'
import { collectTimestamp } from '../timestamp-facts.ts'
import { parseManifest, type DataObject, type Manifest } from './manifest.ts'

const MIME_S = 'application/vnd.etsi.asic-s+zip'
const MIME_E = 'application/vnd.etsi.asic-e+zip'

type Container = Readonly<{
  file: string
  kind: 'ASiC-S' | 'ASiC-E'
  archive: ZipArchive
  /** By name, for entries that are there once. */
  read: (name: string) => Promise<Uint8Array<ArrayBuffer> | null>
  /** Names of what is to be signed. */
  data: readonly string[]
  manifests: readonly Manifest[]
  findings: Finding[]
  size: number
}>

/**
 * Null: a zip that holds no signature of a kind that ASiC knows.
 *
 * @throws SignError `FORMAT_MALFORMED`, `FORMAT_LIMIT_EXCEEDED`, `FORMAT_UNSUPPORTED`; AbortError
 */
export async function collectAsic(file: SourceFile, context: CollectContext): Promise<FileFacts | null> {
  const archive = await openZip(blobSource(file.blob))
  const names = archive.entries.map(({ name }) => name)
  const isSignature = (name: string): boolean =>
    /^META-INF\/[^/]*(signature|timestamp)[^/]*\.(p7s|tst|xml)$/i.test(name)
  if (!names.some(isSignature)) return otherSignatures(file, names)
  const container = await readContainer(file, archive)
  const signatures: SignatureFacts[] = []
  const stamps: TimestampFacts[] = []
  for (const name of names.filter((each) => /^META-INF\/[^/]*\.p7s$/i.test(each))) {
    signatures.push(...(await collectSignatureFile(container, name, context)))
  }
  for (const name of names.filter((each) => /^META-INF\/[^/]*\.tst$/i.test(each))) {
    stamps.push(await collectStampFile(container, name, signatures, context))
  }
  const xades = names.filter((each) => /^META-INF\/[^/]*signature[^/]*\.xml$/i.test(each))
  for (const name of xades) container.findings.push({ id: 'xades-not-checked', severity: 'warning', evidence: name })
  const stamped = signatures.map((facts) => ({
    ...facts,
    timestamps: [...facts.timestamps, ...stamps.filter(({ covers }) => covers.includes(facts.id))],
  }))
  const alone = stamps.filter(({ covers }) => !signatures.some(({ id }) => covers.includes(id)))
  const all = [
    ...stamped,
    ...alone.map((stamp) => standaloneTimestamp(stamp, file.name)),
    ...xades.map((name) => notChecked(file.name, name, 'XAdES')),
  ]
  return { name: file.name, findings: container.findings, signatures: all }
}

/** Signatures of other packages, named so that nobody takes the file for unsigned. */
function otherSignatures({ name }: SourceFile, names: readonly string[]): FileFacts | null {
  const office = names.filter((each) => /^_xmlsignatures\/.*\.xml$/i.test(each))
  const open = names.filter((each) => /^META-INF\/(document|macro|package)signatures\.xml$/i.test(each))
  if (office.length + open.length === 0) return null
  const kind = office.length > 0 ? 'OOXML' : 'ODF'
  const found = [...office, ...open]
  const findings = found.map((evidence) => ({
    id: `${kind.toLowerCase()}-not-checked`,
    severity: 'warning' as const,
    evidence,
  }))
  return { name, findings, signatures: found.map((each) => notChecked(name, each, kind)) }
}

async function readContainer(file: SourceFile, archive: ZipArchive): Promise<Container> {
  const findings: Finding[] = archive.problems.map(({ id, evidence }) => ({
    id,
    severity: id === 'zip-loose-bytes' ? 'warning' : 'failure',
    evidence,
  }))
  const once = new Map<string, ZipEntry | null>()
  for (const entry of archive.entries) once.set(entry.name, once.has(entry.name) ? null : entry)
  const contents = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer> | null> => {
    const entry = once.get(name)
    if (!entry) return null
    const known = contents.get(name) ?? archive.read(entry)
    contents.set(name, known)
    return known
  }
  const names = archive.entries.map(({ name }) => name)
  const data = names.filter((name) => name !== 'mimetype' && !name.startsWith('META-INF/') && !name.endsWith('/'))
  const mime = fromLatin1((await read('mimetype')) ?? new Uint8Array()).trim()
  checkMimetype(archive, mime, findings)
  const manifests: Manifest[] = []
  for (const name of names.filter((each) => /^META-INF\/[^/]*ASiC(Archive)?Manifest[^/]*\.xml$/i.test(each))) {
    const bytes = await read(name)
    if (bytes) manifests.push(parseManifest(name, bytes))
  }
  const isS = mime === MIME_S || (mime !== MIME_E && manifests.length === 0 && data.length === 1)
  return {
    file: file.name,
    kind: isS ? 'ASiC-S' : 'ASiC-E',
    archive,
    read,
    data,
    manifests,
    findings,
    size: file.blob.size,
  }
}

/** EN 319 162-1, A.1: first, stored, without extra field. Readers that sniff rely on it; the signatures do not. */
function checkMimetype({ entries }: ZipArchive, mime: string, findings: Finding[]): void {
  const [first] = entries
  const good = first?.name === 'mimetype' && first.method === 0 && first.extraLength === 0
  if (!good || (mime !== MIME_S && mime !== MIME_E)) {
    findings.push({ id: 'asic-mimetype', severity: 'warning', evidence: mime.slice(0, 80) || 'absent' })
  }
}

async function collectSignatureFile(
  container: Container,
  name: string,
  context: CollectContext,
): Promise<readonly SignatureFacts[]> {
  const bytes = await container.read(name)
  const manifest = container.manifests.find(({ signature }) => signature === name)
  const findings = [...container.findings, ...structureFindings(container, manifest)]
  const document = documentFacts(container, manifest ? manifest.objects.map((object) => object.name) : container.data)
  try {
    const signedData = parseSignedData(bytes ?? new Uint8Array())
    const [only] = container.data
    const signed = manifest ? manifest.bytes : container.data.length === 1 && only ? await container.read(only) : null
    const content = signed && bytesContent(signed, context.ports.engine)
    const prefix = `${name}#`
    const input = { file: container.file, signedData, content, size: signed?.length ?? 0, prefix }
    const collected = await collectCades(input, context)
    const broken = manifest ? await brokenObject(container, manifest, context) : null
    return collected.map((facts) => ({
      ...facts,
      findings: [...findings, ...facts.findings],
      digest: broken ?? facts.digest,
      document,
    }))
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    const facts = unreadable({ id: name, file: container.file, format: 'CAdES' }, messageOf(error), document)
    return [{ ...facts, findings: [...findings, ...facts.findings] }]
  }
}

function structureFindings({ kind, data, manifests }: Container, manifest: Manifest | undefined): readonly Finding[] {
  if (kind === 'ASiC-S' && data.length !== 1) {
    return [{ id: 'asic-s-one-file', severity: 'failure', evidence: `${data.length} files` }]
  }
  if (kind === 'ASiC-E' && !manifest) {
    return [{ id: 'asic-manifest', severity: 'failure', evidence: `none of ${manifests.length} names this signature` }]
  }
  return []
}

/** What is signed by nobody would be taken for signed. */
function documentFacts({ archive, data, manifests, size }: Container, covered: readonly string[]): DocumentFacts {
  const named = new Set(manifests.flatMap(({ objects }) => objects.map((object) => object.name)))
  const loose = data.filter((name) => !covered.includes(name) && !named.has(name))
  const changes = loose.map((name) => ({
    level: 'other' as const,
    rule: null,
    what: 'unsigned-file',
    evidence: name,
  }))
  const bytes = archive.entries.filter(({ name }) => covered.includes(name)).reduce((sum, entry) => sum + entry.size, 0)
  const coverage = loose.length > 0 ? 'partial' : 'whole-file'
  return { ...WHOLE_CONTENT, coverage, changes, coveredBytes: bytes, totalBytes: size }
}

/** The first file of a manifest that is gone or another one; null: all are as they were signed. */
async function brokenObject(
  container: Container,
  { objects }: Manifest,
  { ports }: CollectContext,
): Promise<DigestFacts | null> {
  let missing: DigestFacts | null = null
  for (const object of objects) {
    const facts = await objectDigest(container, object, ports.engine)
    if (facts.computed === null) missing ??= facts
    else if (facts.computed !== facts.stated) return facts
  }
  return missing
}

async function objectDigest(
  container: Container,
  { name, digest, method, value }: DataObject,
  engine: CollectContext['ports']['engine'],
): Promise<DigestFacts> {
  const bytes = digest && (await container.read(name))
  const computed = bytes && digest ? toHex(await digestBytes(engine, digest, bytes)) : null
  return { algorithm: digest ?? method, stated: value, computed }
}

/** A time-stamp file: over a manifest, or in ASiC-S over the one data file. */
async function collectStampFile(
  container: Container,
  name: string,
  signatures: readonly SignatureFacts[],
  context: CollectContext,
): Promise<TimestampFacts> {
  const { engine } = context.ports
  const manifest = container.manifests.find(({ signature }) => signature === name)
  const [only] = container.data
  const stamped = manifest ? manifest.bytes : container.data.length === 1 && only ? await container.read(only) : null
  const objects = manifest?.objects.map((object) => object.name) ?? []
  const covered = signatures.filter(({ id }) => objects.some((object) => id.startsWith(`${object}#`)))
  const broken = manifest ? await brokenObject(container, manifest, context) : null
  const stamp = await collectTimestamp(
    {
      kind: covered.length > 0 ? 'archive' : 'document',
      id: name,
      file: container.file,
      token: (await container.read(name)) ?? new Uint8Array(),
      digest: async (digest) => (stamped ? digestBytes(engine, digest, stamped) : null),
      covers: covered.flatMap(({ id, timestamps }) => [id, ...timestamps.map((inner) => inner.id)]),
      document: documentFacts(container, [...objects, ...(manifest ? [] : container.data)]),
      findings: [...container.findings, ...(covered.length > 0 ? [] : structureFindings(container, manifest))],
    },
    context,
  )
  return broken ? { ...stamp, imprint: broken } : stamp
}
