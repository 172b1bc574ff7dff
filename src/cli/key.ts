import { importParameters, mechanismsFor, signParameters } from '../core/algorithms.ts'
import { SignError } from '../core/errors.ts'
import type { Mechanism, SignerInfo } from '../core/keys.ts'
import { openKeyFile } from '../core/pkcs12/key-file.ts'
import { parsePrivateKeyInfo } from '../core/pkcs12/private-key.ts'
import type { Pkcs12Contents } from '../core/pkcs12/read.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import type { Engine, Ports } from '../core/ports.ts'
import { isMlDsa, mlDsaSigner } from '../core/suites/sign-ml-dsa.ts'
import type { SignArguments } from './arguments.ts'
import { readPassword, readSmall } from './files.ts'
import { UsageError } from './usage.ts'

export type CliKey = Readonly<{
  signer: SignerInfo
  mechanism: Mechanism
  sign(dtbs: Uint8Array): Promise<Uint8Array>
  warnings: readonly string[]
}>

type Entry = Pkcs12Contents['keys'][number]

export type KeyArguments = Pick<
  SignArguments,
  'key' | 'passwordFile' | 'keyName' | 'allowExpired' | 'algorithm' | 'digest'
>

/** @throws UsageError; SignError `PKCS12_*`, `KEY_*` */
export async function loadKey(args: KeyArguments, { engine, clock }: Ports, signal: AbortSignal): Promise<CliKey> {
  const bytes = await readSmall(args.key)
  const password = await readPassword(args.passwordFile)
  const { keys } = await openKeyFile(bytes, password, engine, { signal })
  const { pkcs8, certificate, chain } = chooseKey(keys, args.keyName)
  if (certificate === null)
    throw new SignError('KEY_CERTIFICATE_MISMATCH', 'the file holds no certificate for this key')
  const warnings = checkSigner(certificate, clock.now(), args.allowExpired)
  const mechanisms = mechanismsFor(parseCertificate(certificate).spki)
  const mechanism = chooseMechanism(mechanisms, args)
  const sign = await signerFor(pkcs8, mechanism, engine)
  return { signer: { certificate, chain, mechanisms }, mechanism, warnings, sign }
}

async function signerFor(pkcs8: Uint8Array, mechanism: Mechanism, { subtle }: Engine): Promise<CliKey['sign']> {
  const { signature } = mechanism
  try {
    const key = await subtle.importKey('pkcs8', Uint8Array.from(pkcs8), importParameters(mechanism), false, ['sign'])
    return async (dtbs) => new Uint8Array(await subtle.sign(signParameters(mechanism), key, Uint8Array.from(dtbs)))
  } catch (cause) {
    if (!isMlDsa(signature)) {
      throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this Node cannot use the key', {
        cause,
        details: { signature },
      })
    }
    const own = mlDsaSigner(signature, parsePrivateKeyInfo(pkcs8).key)
    return (dtbs) => Promise.resolve(own(dtbs))
  }
}

const nameOf = ({ friendlyName, certificate }: Entry): string => {
  const subject = certificate && certificateFacts(parseCertificate(certificate)).subject
  return friendlyName ?? subject?.commonName ?? subject?.text ?? '(without a certificate)'
}

function chooseKey(keys: readonly Entry[], wanted: string | undefined): Entry {
  const usable = wanted === undefined ? keys.filter(({ certificate }) => certificate !== null) : keys
  const found = wanted === undefined ? usable : usable.filter((entry) => nameOf(entry) === wanted)
  const [only, ...others] = found.length > 0 || wanted !== undefined ? found : keys
  if (only === undefined) throw new UsageError(`no key named ${wanted ?? ''}: ${keys.map(nameOf).join(', ')}`)
  if (others.length > 0) throw new UsageError(`say which key with --key-name: ${found.map(nameOf).join(', ')}`)
  return only
}

function chooseMechanism(mechanisms: readonly Mechanism[], { algorithm, digest }: KeyArguments): Mechanism {
  const fits = (mechanism: Mechanism): boolean =>
    (algorithm === undefined || mechanism.signature.toLowerCase() === algorithm.toLowerCase()) &&
    (digest === undefined || mechanism.digest.toLowerCase() === digest.toLowerCase())
  const found = mechanisms.find(fits)
  if (found !== undefined) return found
  const all = mechanisms.map((mechanism) => `${mechanism.signature} with ${mechanism.digest}`).join(', ')
  throw new SignError('KEY_ALGORITHM_UNSUPPORTED', `this key cannot sign so; it can: ${all || 'nothing here'}`)
}

/** RFC 5280, 4.1.2.5 and 4.2.1.3, by this computer's clock. */
function checkSigner(der: Uint8Array, now: Date, allowExpired: boolean): readonly string[] {
  const { keyUsage, notBefore, notAfter } = certificateFacts(parseCertificate(der))
  if (keyUsage !== null && !keyUsage.includes('digitalSignature') && !keyUsage.includes('nonRepudiation')) {
    throw new SignError('KEY_USAGE_FORBIDS', 'the certificate is not for signatures')
  }
  if (now >= notBefore && now <= notAfter) return []
  const code = now < notBefore ? 'KEY_CERTIFICATE_NOT_YET_VALID' : 'KEY_CERTIFICATE_EXPIRED'
  if (allowExpired) return [code]
  const period = `${notBefore.toISOString()} to ${notAfter.toISOString()}`
  throw new SignError(code, `the certificate is valid from ${period}; --allow-expired signs nevertheless`)
}
