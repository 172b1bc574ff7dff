import { isoTime, resultOf, type Check, type CheckContext } from '../../check.ts'
import { digestProblem, keyProblem } from '../../policy.ts'

/** Cryptographic constraints by date (EN 319 102-1, 5.2.8; TS 119 312): the signature, its key and its chain below the anchor. */
export const algorithms: Check = (context) => {
  const of = resultOf('algorithms', 'sav')
  const problems = [...new Set(problemsAt(context))]
  if (problems.length === 0)
    return [of.passed(`${context.facts.crypto?.algorithm ?? ''} at ${isoTime(context.bestSignatureTime)}`)]
  return problems.map((problem) =>
    of.indeterminate(
      'CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
      `${problem}, judged at ${isoTime(context.bestSignatureTime)}`,
    ),
  )
}

function* problemsAt({ facts, policy, path, bestSignatureTime: time }: CheckContext): Generator<string> {
  const digests = [facts.crypto ? facts.crypto.digest : undefined, facts.digest?.algorithm]
  for (const name of digests) {
    const problem = name === undefined ? null : digestProblem(policy.algorithms, name, time)
    if (problem) yield problem
  }
  const below = path?.anchor ? path.certificates.slice(0, -1) : []
  const keys = facts.signer ? [facts.signer, ...below] : below
  for (const certificate of keys) {
    const problem = keyProblem(policy.algorithms, certificate.publicKey, time)
    if (problem) yield `${certificate.subject.text}: ${problem}`
  }
  for (const certificate of below) {
    const digest = digestIn(certificate.signatureAlgorithm)
    const problem = digest ? digestProblem(policy.algorithms, digest, time) : null
    if (problem) yield `${certificate.subject.text}: its issuer signed it with ${problem}`
  }
}

/** The digest within the name of a signature algorithm: 'ECDSA with SHA-256', 'sha1WithRSAEncryption'. */
function digestIn(algorithm: string): string | null {
  const match = /SHA3-?(224|256|384|512)|SHA-?(1|224|256|384|512)|(MD5)|SHAKE(128|256)|Streebog-(256|512)/i.exec(
    algorithm,
  )
  if (!match) return null
  const [, sha3, sha, md5, shake, streebog] = match
  if (sha3) return `SHA3-${sha3}`
  if (sha) return `SHA-${sha}`
  if (md5) return 'MD5'
  return shake ? `SHAKE${shake}` : `Streebog-${streebog ?? ''}`
}
