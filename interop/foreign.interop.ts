// Signatures with keys and digests that the product never makes, by OpenSSL: each through the whole verifier, under a dated algorithm
// policy that says when one is too old, and each tampered twin failing before OpenSSL and us.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8 } from '../src/core/bytes/bytes.ts'
import { collectFiles } from '../src/core/formats/collect-any.ts'
import { policyTrusting } from '../src/core/validation/policy.ts'
import type { SignatureReport } from '../src/core/validation/report.ts'
import { validate } from '../src/core/validation/validate.ts'
import { fingerprint } from '../src/core/x509/certificate.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import { ports } from './support/sign.ts'

const folder = resolve('.cache/interop/foreign')
const at = (name: string): string => join(folder, name)
const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(at(name)))
const CONTENT = utf8('The price is 100.\n')
const CHANGED = utf8('The price is 900.\n')

type Row = Readonly<{
  name: string
  key: readonly string[]
  digest: string
  algorithm: RegExp
  sign?: readonly string[]
  /** Without signing-certificate. */
  plain?: true
}>

const ec = (curve: string): readonly string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`]
const rsa = (bits: number): readonly string[] => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`]
const PSS = ['-keyopt', 'rsa_padding_mode:pss']

/** Strong today. */
const STRONG: readonly Row[] = [
  { name: 'brainpoolP256r1', key: ec('brainpoolP256r1'), digest: 'sha256', algorithm: /ECDSA brainpoolP256r1/ },
  { name: 'brainpoolP384r1', key: ec('brainpoolP384r1'), digest: 'sha384', algorithm: /ECDSA brainpoolP384r1/ },
  { name: 'brainpoolP512r1', key: ec('brainpoolP512r1'), digest: 'sha512', algorithm: /ECDSA brainpoolP512r1/ },
  { name: 'secp256k1', key: ec('secp256k1'), digest: 'sha256', algorithm: /ECDSA secp256k1/ },
  { name: 'P-521', key: ec('P-521'), digest: 'sha512', algorithm: /ECDSA P-521/ },
  { name: 'P-256 with SHA3-256', key: ec('P-256'), digest: 'sha3-256', algorithm: /SHA3-256/ },
  { name: 'Ed25519', key: ['-algorithm', 'ED25519'], digest: 'sha512', algorithm: /Ed25519/ },
  // OpenSSL cannot name a certificate by SHAKE256.
  { name: 'Ed448', key: ['-algorithm', 'ED448'], digest: 'shake256', algorithm: /Ed448/, plain: true },
  { name: 'ML-DSA-44', key: ['-algorithm', 'ML-DSA-44'], digest: 'sha512', algorithm: /ML-DSA-44/ },
  { name: 'ML-DSA-65', key: ['-algorithm', 'ML-DSA-65'], digest: 'sha512', algorithm: /ML-DSA-65/ },
  { name: 'ML-DSA-87', key: ['-algorithm', 'ML-DSA-87'], digest: 'sha512', algorithm: /ML-DSA-87/ },
  { name: 'RSA 4096 with SHA-512', key: rsa(4096), digest: 'sha512', algorithm: /RSA 4096 with SHA-512/ },
  { name: 'RSA 3072 PSS with SHA-384', key: rsa(3072), digest: 'sha384', algorithm: /RSA 3072 \(PSS\)/, sign: PSS },
]

/** Verifiable, and too weak for the policy today. */
const WEAK: readonly (Row & { why: RegExp })[] = [
  { name: 'SHA-1', key: rsa(2048), digest: 'sha1', algorithm: /SHA-1/, why: /SHA-1 is not reliable since 2012/ },
  { name: 'MD5', key: rsa(2048), digest: 'md5', algorithm: /MD5/, why: /MD5 is not reliable since 2005/ },
  {
    name: 'RSA 1024',
    key: rsa(1024),
    digest: 'sha256',
    algorithm: /RSA 1024/,
    why: /1024 bits is not reliable since 2014/,
  },
  {
    name: 'RSA 1536',
    key: rsa(1536),
    digest: 'sha256',
    algorithm: /RSA 1536/,
    why: /1536 bits is not reliable since 2019/,
  },
  {
    name: 'RIPEMD-160',
    key: rsa(2048),
    digest: 'ripemd160',
    algorithm: /RIPEMD-160/,
    why: /RIPEMD-160 is not reliable since 2014/,
  },
]

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`

function openssl(...args: string[]): void {
  const done = run(toolPath('openssl-3.5'), args)
  if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}\n${done.err}`)
}

function accepts(signature: string, content: string): boolean {
  const files = ['-in', at(signature), '-content', at(content), '-out', at('out')]
  return (
    run(toolPath('openssl-3.5'), ['cms', '-verify', '-binary', '-noverify', '-inform', 'DER', ...files]).status === 0
  )
}

/** The certificate is always signed well; only the signature is in question. */
function sign({ key, digest, sign: options = [], plain }: Row): void {
  openssl('genpkey', ...key, '-out', at('leaf.key'))
  const subject = ['-new', '-key', at('leaf.key'), '-subj', '/C=DE/O=Foreign/CN=Leaf', '-config', at('openssl.cnf')]
  openssl('req', ...subject, '-out', at('leaf.csr'))
  const issuer = ['-CA', at('root.pem'), '-CAkey', at('root.key'), '-CAcreateserial', '-sha256', '-days', '100']
  const extensions = ['-extfile', at('openssl.cnf'), '-extensions', 'leaf']
  openssl('x509', '-req', '-in', at('leaf.csr'), ...issuer, ...extensions, '-out', at('leaf.pem'))
  const files = ['-in', at('content.txt'), '-signer', at('leaf.pem'), '-inkey', at('leaf.key')]
  openssl(
    'cms',
    '-sign',
    ...(plain ? [] : ['-cades']),
    '-binary',
    '-md',
    digest,
    ...files,
    ...options,
    '-outform',
    'DER',
    '-out',
    at('a.p7s'),
  )
}

async function judged(content: string, signature = 'a.p7s'): Promise<SignatureReport> {
  const root = read('root.der')
  const files = [content, signature].map((name) => ({ name, blob: new Blob([read(name)]) }))
  const facts = await collectFiles(files, ports, { certificates: [root] })
  const report = validate(facts, policyTrusting([fingerprint(root)]), new Date())
  const [one] = report.files.flatMap(({ signatures }) => signatures)
  if (!one) throw new Error('no signature')
  return one
}

describeWith(['openssl-3.5'], 'keys and digests of others', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(at('openssl.cnf'), CONFIG)
    writeFileSync(at('content.txt'), CONTENT)
    writeFileSync(at('changed.txt'), CHANGED)
    openssl('genpkey', ...ec('P-256'), '-out', at('root.key'))
    const subject = ['-x509', '-new', '-key', at('root.key'), '-subj', '/C=DE/O=Foreign/CN=Root', '-days', '100']
    openssl('req', ...subject, '-config', at('openssl.cnf'), '-extensions', 'root', '-out', at('root.pem'))
    openssl('x509', '-in', at('root.pem'), '-outform', 'DER', '-out', at('root.der'))
  })

  async function twinsFail(): Promise<void> {
    expect(accepts('a.p7s', 'changed.txt')).toBe(false)
    expect(await judged('changed.txt')).toMatchObject({ integrity: 'broken', indication: 'TOTAL-FAILED' })
    const bytes = read('a.p7s')
    const last = bytes.length - 1
    bytes[last] = (bytes[last] ?? 0) ^ 1
    writeFileSync(at('twin.p7s'), bytes)
    expect(accepts('twin.p7s', 'content.txt')).toBe(false)
    expect(await judged('content.txt', 'twin.p7s')).toMatchObject({
      integrity: 'broken',
      subIndication: 'SIG_CRYPTO_FAILURE',
    })
  }

  test.each(STRONG)('$name passes', async (row) => {
    sign(row)
    expect(accepts('a.p7s', 'content.txt')).toBe(true)
    const report = await judged('content.txt')
    expect(report, JSON.stringify(report.checks)).toMatchObject({ integrity: 'intact', indication: 'TOTAL-PASSED' })
    expect(report.algorithm).toMatch(row.algorithm)
    await twinsFail()
  })

  describe('never silently accepted', () => {
    test.each(WEAK)('$name', async (row) => {
      sign(row)
      expect(accepts('a.p7s', 'content.txt')).toBe(true)
      const report = await judged('content.txt')
      expect(report, JSON.stringify(report.checks)).toMatchObject({
        integrity: 'intact',
        indication: 'INDETERMINATE',
        subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
      })
      expect(report.algorithm).toMatch(row.algorithm)
      expect(
        report.checks.find(({ id, status }) => id === 'algorithms' && status === 'indeterminate')?.evidence,
      ).toMatch(row.why)
      await twinsFail()
    })
  })
})
