/** Whether a token answers what was asked: RFC 3161, 2.2 and 2.4.2 (the requester's duties). Trust in its authority is the judge's. */
import { digestByOid } from '../algorithms.ts'
import { equalBytes, toHex } from '../bytes/bytes.ts'
import { TAG } from '../bytes/der-read.ts'
import { signingCertificateReferences, singleValue } from '../cms/attributes.ts'
import { ATTRIBUTE } from '../cms/oids.ts'
import type { CmsSigner } from '../cms/read.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from '../suites/digest.ts'
import { parseDigestAlgorithm } from '../suites/signature-algorithm.ts'
import { verifySignature } from '../suites/verify.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import { tryPathCertificate } from '../x509/path-certificate.ts'
import { checkPurpose } from '../x509/purpose.ts'
import { subjectKeyIdentifier } from '../x509/certificate.ts'
import { nonceText } from './request.ts'
import type { TimeStampRequest } from './request.ts'
import { parseTimeStampToken, tokenFindings } from './token.ts'
import type { TimeStampToken } from './token.ts'

/**
 * Imprint, nonce, policy, signature over the TSTInfo, the signing certificate named under it, and its purpose.
 *
 * @param token ContentInfo, DER
 * @throws SignError `TSA_MALFORMED`, `TSA_IMPRINT_MISMATCH`, `TSA_NONCE_MISMATCH`, `TSA_POLICY_MISMATCH`, `TSA_SIGNATURE_INVALID`
 */
export async function checkTimeStampToken(
  token: Uint8Array,
  request: TimeStampRequest,
  engine: Engine,
): Promise<TimeStampToken> {
  const parsed = parseTimeStampToken(token)
  const { info } = parsed
  if (info.imprint.digest !== request.digest || !equalBytes(info.imprint.hash, request.hash)) {
    throw mismatch('TSA_IMPRINT_MISMATCH', toHex(request.hash), toHex(info.imprint.hash))
  }
  const nonce = nonceText(request.nonce)
  if (info.nonce !== nonce) throw mismatch('TSA_NONCE_MISMATCH', nonce, info.nonce ?? 'none')
  if (request.policy !== undefined && info.policy !== request.policy) {
    throw mismatch('TSA_POLICY_MISMATCH', request.policy, info.policy)
  }
  const [finding] = tokenFindings(parsed)
  if (finding) throw new SignError('TSA_MALFORMED', `${finding.id}: ${finding.evidence ?? ''}`)
  try {
    await checkSignature(parsed, engine)
  } catch (cause) {
    if (cause instanceof SignError && !cause.code.startsWith('TSA_')) {
      throw new SignError('TSA_MALFORMED', 'the time-stamp token cannot be read', { cause })
    }
    throw cause
  }
  return parsed
}

const mismatch = (
  code: 'TSA_IMPRINT_MISMATCH' | 'TSA_NONCE_MISMATCH' | 'TSA_POLICY_MISMATCH',
  expected: string,
  got: string,
): SignError => new SignError(code, `expected ${expected}, got ${got}`, { details: { expected, got } })

const invalid = (message: string): SignError => new SignError('TSA_SIGNATURE_INVALID', message)

async function checkSignature({ signedData, info }: TimeStampToken, engine: Engine): Promise<void> {
  const [signer] = signedData.signers
  const content = signedData.content
  if (!signer?.dtbs || content === null) throw invalid('the token has no signed attributes')
  const { digest } = parseDigestAlgorithm(signer.digestAlgorithm)
  const stated = singleValue(signer.signedAttributes, ATTRIBUTE.messageDigest)
  const type = singleValue(signer.signedAttributes, ATTRIBUTE.contentType)
  if (digest === null || stated?.tag !== TAG.octetString || type?.tag !== TAG.oid)
    throw invalid('attributes are missing')
  if (!equalBytes(await digestBytes(engine, digest, content), stated.contents)) throw invalid('messageDigest differs')
  const certificate = await namedCertificate(signer, signedData.certificates, engine)
  const { spki, notBefore, notAfter } = certificate.certificate
  const input = { spki, algorithm: signer.signatureAlgorithm.raw, signature: signer.signature, signerDigest: digest }
  const checks = await Promise.all(signer.dtbs.map((data) => verifySignature(engine, { ...input, data })))
  if (!checks.some(({ valid }) => valid)) throw invalid(checks[0]?.evidence ?? 'the signature does not verify')
  const [problem] = checkPurpose(certificate.extensions, 'time-stamping').filter(
    ({ severity }) => severity === 'failure',
  )
  if (problem) throw invalid(`${problem.id}: ${problem.evidence ?? ''}`)
  if (info.time < notBefore || info.time > notAfter) throw invalid('its certificate is not valid at the stated time')
}

/** The certificate that the SignerInfo names, and that every ESSCertID under the signature names too (RFC 5816, 2.2.1). */
async function namedCertificate(
  signer: CmsSigner,
  certificates: readonly Uint8Array[],
  engine: Engine,
): Promise<PathCertificate> {
  const found = certificates.flatMap((der) => tryPathCertificate(der) ?? []).find((one) => isNamedBy(signer, one))
  if (found === undefined) throw invalid('the token does not hold the certificate that signed it')
  for (const { digestOid, hash } of signingCertificateReferences(signer)) {
    const digest = digestByOid(digestOid)?.name
    const computed = digest && (await digestBytes(engine, digest, found.certificate.der))
    if (!computed || !equalBytes(computed, hash)) throw invalid('the signing certificate is not the one named under it')
  }
  return found
}

function isNamedBy({ sid }: CmsSigner, { certificate }: PathCertificate): boolean {
  if (sid.kind === 'issuerAndSerialNumber') {
    return equalBytes(sid.issuer, certificate.issuer.der) && equalBytes(sid.serialNumber, certificate.serialNumber)
  }
  const keyIdentifier = subjectKeyIdentifier(certificate)
  return keyIdentifier !== null && equalBytes(keyIdentifier, sid.keyIdentifier)
}
