import type { DigestName } from '../algorithms.ts'
import { concatBytes, toHex } from '../bytes/bytes.ts'
import { attributesOf } from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import { messageOf, type CmsSignedData, type CmsSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import { digestBytes } from '../suites/digest.ts'
import { parseTimeStampToken, tokenFindings } from '../tsp/token.ts'
import type { DocumentFacts, Finding, TimestampFacts, TimestampKind } from '../validation/facts.ts'
import { archiveImprint, coveredByArchive } from './archive-timestamp.ts'
import type { CollectContext } from './collect-context.ts'
import { collectSigner, WHOLE_CONTENT, type Embedded, type SignerInput } from './signer-facts.ts'
import { bytesContent } from './signed-content.ts'

/** A token and what it should be over. */
export type TimestampInput = Readonly<{
  kind: TimestampKind
  id: string
  file: string
  token: Uint8Array
  /** Zero octets may follow the token (a PDF /Contents). */
  padded?: boolean
  /** Digest of what is stamped; null: it is not there, or cannot be worked out here. */
  digest(name: DigestName, token: CmsSigner | undefined): Promise<Uint8Array | null>
  covers: readonly string[]
  document?: DocumentFacts
  findings?: readonly Finding[]
  /** Certificates and revocation data of the signature around it. */
  embedded?: Embedded
}>

/** RFC 3161: imprint against what is stamped, and the token itself as a CMS signature. */
export async function collectTimestamp(input: TimestampInput, context: CollectContext): Promise<TimestampFacts> {
  const { kind, id, covers } = input
  const findings = [...(input.findings ?? [])]
  try {
    const token = parseTimeStampToken(input.token, { padded: input.padded ?? false })
    const { info, signedData } = token
    findings.push(...tokenFindings(token))
    const [signer] = signedData.signers
    const { imprint } = info
    const computed = imprint.digest && (await input.digest(imprint.digest, signer))
    const embedded = input.embedded
    const place = {
      signedData: embedded ? withEmbedded(signedData, embedded) : signedData,
      content: bytesContent(signedData.content ?? new Uint8Array(), context.ports.engine),
      id: `${id}/token`,
      file: input.file,
      format: 'RFC3161' as const,
      purpose: 'time-stamping' as const,
      document: input.document ?? WHOLE_CONTENT,
    }
    return {
      kind,
      id,
      time: info.time,
      imprint: {
        algorithm: imprint.digest ?? imprint.oid,
        stated: toHex(imprint.hash),
        computed: computed && toHex(computed),
      },
      token: signer ? await collectSigner({ ...place, signer }, context) : null,
      findings,
      covers,
    }
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    findings.push({ id: 'timestamp-unreadable', severity: 'failure', evidence: messageOf(error) })
    return { kind, id, imprint: null, token: null, findings, covers }
  }
}

/** The chain of a time-stamp's authority is kept in the signature around it (EN 319 122-1, 5.5). */
function withEmbedded(signedData: CmsSignedData, { certificates, revocation }: Embedded): CmsSignedData {
  const only = (kind: 'ocsp' | 'crl') => revocation.filter((one) => one.kind === kind).map(({ der }) => der)
  return {
    ...signedData,
    certificates: [...signedData.certificates, ...certificates],
    crls: [...signedData.crls, ...only('crl')],
    ocspResponses: [...signedData.ocspResponses, ...only('ocsp')],
  }
}

/** Time-stamps among a signer's attributes, in the order in which they were added as far as that shows. EN 319 122-1, 5.3 to 5.5. */
export async function timestampsOf(
  input: SignerInput,
  embedded: Embedded,
  context: CollectContext,
): Promise<readonly TimestampFacts[]> {
  // A token's own token would be a chain without end.
  if (input.format === 'RFC3161') return []
  const { signer, content, id } = input
  const { engine } = context.ports
  const over = (data: Uint8Array) => (name: DigestName) => digestBytes(engine, name, data)
  const plan: Omit<TimestampInput, 'id' | 'file' | 'token'>[] = []
  const tokens: Uint8Array[] = []
  const add = (oid: string, signed: boolean, what: Omit<TimestampInput, 'id' | 'file' | 'token'>): void => {
    const list = signed ? signer.signedAttributes : signer.unsignedAttributes
    for (const value of attributesOf(list, oid).flatMap(({ values }) => values)) {
      plan.push(what)
      tokens.push(value.raw)
    }
  }
  add(ATTRIBUTE.contentTimeStamp, true, { kind: 'content', digest: (name) => content.digest(name), covers: [] })
  add(ATTRIBUTE.signatureTimeStamp, false, { kind: 'signature', digest: over(signer.signature), covers: [id] })
  add(ATTRIBUTE.escTimeStamp, false, { kind: 'signature', digest: over(escData(signer)), covers: [id] })
  const ids = tokens.map((_, i) => `${id}/timestamp-${i + 1}`)
  for (const value of attributesOf(signer.unsignedAttributes, ATTRIBUTE.archiveTimeStampV3).flatMap(
    (each) => each.values,
  )) {
    const covers = [id, ...(await coveredByArchive(input, value.raw, ids, engine))]
    plan.push({ kind: 'archive', digest: (name, token) => archiveImprint(input, name, token, engine), covers })
    tokens.push(value.raw)
  }
  const found: TimestampFacts[] = []
  for (const [i, what] of plan.entries()) {
    const token = tokens[i] ?? new Uint8Array()
    found.push(
      await collectTimestamp({ ...what, id: `${id}/timestamp-${i + 1}`, file: input.file, token, embedded }, context),
    )
  }
  return found
}

const REFERENCES = ['1.2.840.113549.1.9.16.2.21', '1.2.840.113549.1.9.16.2.22']

/** EN 319 122-1, A.1.5.2: signature, signature time-stamps, complete references; each attribute without its own tag and length. */
function escData(signer: CmsSigner): Uint8Array {
  const covered = new Set<string>([ATTRIBUTE.signatureTimeStamp, ...REFERENCES])
  const attributes = signer.unsignedAttributes.filter(({ oid }) => covered.has(oid))
  return concatBytes([signer.signature, ...attributes.map(({ contents }) => contents)])
}
