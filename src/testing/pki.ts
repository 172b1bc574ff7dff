/** A PKI for tests: root -> intermediate -> leaf, of any algorithm, with any extension; real keys, real signatures. */
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { generateParameters, signParameters } from '../core/algorithms.ts'
import { bitString, oid, sequence } from '../core/bytes/der-write.ts'
import type { Mechanism, SignatureAlgorithm, SignerInfo, SigningKey } from '../core/keys.ts'
import { buildCertificate, randomSerialNumber, type SignOctets } from '../core/x509/build.ts'
import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  keyIdentifier,
  keyUsageExtension,
  subjectKeyIdentifierExtension,
  type ExtensionInput,
} from '../core/x509/extensions.ts'
import { buildName, type NameInput } from '../core/x509/name.ts'
import type { QualifiedFacts } from '../core/validation/facts.ts'
import { testEngine } from './engines.ts'
import { testRandom } from './ports.ts'

export type TestKey = Readonly<{
  mechanism: Mechanism
  spki: Uint8Array
  /** Absent for ML-DSA where WebCrypto lacks it. */
  pkcs8?: Uint8Array
  /** The key boundary's encoding. */
  sign: SignOctets
}>

const DEFAULT_DIGEST: Partial<Record<SignatureAlgorithm, Mechanism['digest']>> = {
  'RSASSA-PKCS1-v1_5': 'SHA-256',
  'RSA-PSS': 'SHA-256',
  'ECDSA-P256': 'SHA-256',
  'ECDSA-P384': 'SHA-384',
}

export const mechanismOf = (signature: SignatureAlgorithm, digest?: Mechanism['digest']): Mechanism => ({
  signature,
  digest: digest ?? DEFAULT_DIGEST[signature] ?? 'SHA-512',
})

const ML_DSA = {
  'ML-DSA-44': { set: ml_dsa44, oid: '2.16.840.1.101.3.4.3.17' },
  'ML-DSA-65': { set: ml_dsa65, oid: '2.16.840.1.101.3.4.3.18' },
  'ML-DSA-87': { set: ml_dsa87, oid: '2.16.840.1.101.3.4.3.19' },
} as const

const isMlDsa = (name: string): name is keyof typeof ML_DSA => name in ML_DSA

/** @param modulusLength RSA only, in bits */
export async function testKey(
  signature: SignatureAlgorithm,
  digest?: Mechanism['digest'],
  modulusLength = 2048,
): Promise<TestKey> {
  const mechanism = mechanismOf(signature, digest)
  if (isMlDsa(signature)) return mlDsaKey(signature, mechanism)
  const { subtle } = testEngine
  const pair = await subtle.generateKey(generateParameters(mechanism, modulusLength), true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('not a key pair')
  return {
    mechanism,
    spki: new Uint8Array(await subtle.exportKey('spki', pair.publicKey)),
    pkcs8: new Uint8Array(await subtle.exportKey('pkcs8', pair.privateKey)),
    sign: async (data) =>
      new Uint8Array(await subtle.sign(signParameters(mechanism), pair.privateKey, Uint8Array.from(data))),
  }
}

function mlDsaKey(signature: keyof typeof ML_DSA, mechanism: Mechanism): TestKey {
  const { set, oid: id } = ML_DSA[signature]
  const { publicKey, secretKey } = set.keygen(testRandom.bytes(32))
  return {
    mechanism,
    spki: sequence(sequence(oid(id)), bitString(publicKey)),
    sign: (data) => Promise.resolve(set.sign(data, secretKey)),
  }
}

export type IssueOptions = Readonly<{
  /** Default: a new key of the issuer's algorithm. */
  key?: TestKey
  name?: NameInput
  /** Default: 2026-01-01 to 2036-01-01, UTC. */
  notBefore?: string
  notAfter?: string
  ca?: boolean
  pathLength?: number
  /** Instead of the key usage and basic constraints that `ca` implies. */
  extensions?: readonly ExtensionInput[]
  /** Beside those. */
  extraExtensions?: readonly ExtensionInput[]
  serialNumber?: Uint8Array
}>

export interface TestParty {
  readonly key: TestKey
  readonly certificate: Uint8Array
  /** Issuers, nearest first, the root last. */
  readonly chain: readonly Uint8Array[]
  readonly name: Uint8Array
  issue(options?: IssueOptions): Promise<TestParty>
}

/** A self-signed party: a root unless `ca` is false. */
export async function testRoot(
  algorithm: SignatureAlgorithm = 'ECDSA-P256',
  options: IssueOptions = {},
): Promise<TestParty> {
  const key = options.key ?? (await testKey(algorithm))
  const name = buildName(
    options.name ?? { commonName: 'Test Root CA', organization: 'Countersign Tests', country: 'UA' },
  )
  return party(null, { ca: true, ...options, key }, name)
}

async function party(
  issuer: TestParty | null,
  options: IssueOptions & { key: TestKey },
  name: Uint8Array,
): Promise<TestParty> {
  const { key, ca = false } = options
  const authority = issuer?.key ?? key
  const own: readonly ExtensionInput[] = options.extensions ?? [
    basicConstraintsExtension(ca, options.pathLength),
    keyUsageExtension(ca ? ['keyCertSign', 'cRLSign'] : ['digitalSignature', 'nonRepudiation']),
    subjectKeyIdentifierExtension(keyIdentifier(key.spki)),
    authorityKeyIdentifierExtension(keyIdentifier(authority.spki)),
  ]
  const certificate = await buildCertificate(
    {
      serialNumber: options.serialNumber ?? randomSerialNumber(testRandom),
      mechanism: authority.mechanism,
      issuer: issuer?.name ?? name,
      subject: name,
      notBefore: new Date(options.notBefore ?? '2026-01-01T00:00:00Z'),
      notAfter: new Date(options.notAfter ?? '2036-01-01T00:00:00Z'),
      spki: key.spki,
      extensions: [...own, ...(options.extraExtensions ?? [])],
    },
    authority.sign,
  )
  const self: TestParty = {
    key,
    certificate,
    chain: issuer === null ? [] : [issuer.certificate, ...issuer.chain],
    name,
    async issue(next = {}) {
      const fallback = {
        commonName: next.ca ? 'Test Issuing CA' : 'Olena Shevchenko',
        organization: 'Countersign Tests',
      }
      const nextKey = next.key ?? (await testKey(key.mechanism.signature, key.mechanism.digest))
      return party(self, { ...next, key: nextKey }, buildName(next.name ?? fallback))
    },
  }
  return self
}

/** root -> intermediate -> leaf; the leaf may have an algorithm of its own. */
export async function testChain(
  algorithm: SignatureAlgorithm = 'ECDSA-P256',
  leafOptions: IssueOptions = {},
  authorityAlgorithm: SignatureAlgorithm = 'ECDSA-P256',
): Promise<{ root: TestParty; intermediate: TestParty; leaf: TestParty }> {
  const root = await testRoot(authorityAlgorithm)
  const intermediate = await root.issue({ ca: true, pathLength: 0 })
  const leaf = await intermediate.issue({ key: await testKey(algorithm), ...leafOptions })
  return { root, intermediate, leaf }
}

const QC_TYPES = { esign: '0.4.0.1862.1.6.1', eseal: '0.4.0.1862.1.6.2', web: '0.4.0.1862.1.6.3' } as const

/** EN 319 412-5: QcCompliance, QcSSCD, QcType. */
export function qcStatementsExtension({ compliance, qscd, types }: QualifiedFacts): ExtensionInput {
  const kinds = sequence(...types.map((type) => oid(QC_TYPES[type])))
  const statements = [
    ...(compliance ? [sequence(oid('0.4.0.1862.1.1'))] : []),
    ...(qscd ? [sequence(oid('0.4.0.1862.1.4'))] : []),
    ...(types.length > 0 ? [sequence(oid('0.4.0.1862.1.6'), kinds)] : []),
  ]
  return { oid: '1.3.6.1.5.5.7.1.3', critical: false, value: sequence(...statements) }
}

export function signerInfoOf(leaf: TestParty): SignerInfo {
  return { certificate: leaf.certificate, chain: leaf.chain, mechanisms: [leaf.key.mechanism] }
}

/** What a key provider would hand out for this party. */
export function signingKeyOf(leaf: TestParty): SigningKey {
  return {
    id: 'test',
    label: 'Test key',
    signer: signerInfoOf(leaf),
    sign(dtbs, _mechanism, signal) {
      signal.throwIfAborted()
      return leaf.key.sign(dtbs)
    },
  }
}
