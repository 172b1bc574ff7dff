// What WebCrypto cannot check, made by OpenSSL: Node's own, and the gost engine where the machine has it.
import { spawnSync } from 'node:child_process'
import {
  constants,
  generateKeyPairSync,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
  type SigningOptions,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestByName, type DigestName } from '../algorithms.ts'
import { utf8 } from '../bytes/bytes.ts'
import { derNull, explicit, integer, oid, sequence } from '../bytes/der-write.ts'
import { testEngine } from '../../testing/engines.ts'
import { digestBytes } from './digest.ts'
import { verifySignature } from './verify.ts'

const data = utf8('what was signed by others')

async function judge(algorithm: Uint8Array, spki: Uint8Array, signature: Uint8Array): Promise<void> {
  const input = { algorithm, spki, data, signature }
  expect(await verifySignature(testEngine, input)).toMatchObject({ supported: true, valid: true })
  const changed = { ...input, data: utf8('what was signed by otherS') }
  expect(await verifySignature(testEngine, changed)).toMatchObject({ supported: true, valid: false })
  for (const at of [5, signature.length - 1]) {
    const flipped = { ...input, signature: signature.map((octet, i) => (i === at ? octet ^ 1 : octet)) }
    expect(await verifySignature(testEngine, flipped)).toMatchObject({ supported: true, valid: false })
  }
  expect(await verifySignature(testEngine, { ...input, signature: signature.subarray(1) })).toMatchObject({
    valid: false,
  })
}

const spkiOf = ({ publicKey }: KeyPairKeyObjectResult): Uint8Array =>
  new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))

const signed = (hash: string | null, key: KeyObject, options: SigningOptions = {}): Uint8Array =>
  new Uint8Array(sign(hash, data, { key, ...options }))

test.each([
  ['md5', '1.2.840.113549.1.1.4'],
  ['sha1', '1.2.840.113549.1.1.5'],
  ['sha224', '1.2.840.113549.1.1.14'],
  ['sha512-256', '1.2.840.113549.1.1.16'],
  ['ripemd160', '1.3.36.3.3.1.2'],
  ['sha3-256', '2.16.840.1.101.3.4.3.14'],
  ['sha3-512', '2.16.840.1.101.3.4.3.16'],
])('RSA PKCS#1 v1.5 with %s', async (hash, id) => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await judge(sequence(oid(id), derNull()), spkiOf(pair), signed(hash, pair.privateKey))
})

test('RSA of an odd size: 2047 bits', async () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2047 })
  await judge(sequence(oid('1.2.840.113549.1.1.11'), derNull()), spkiOf(pair), signed('sha256', pair.privateKey))
  await judge(sequence(oid('1.2.840.113549.1.1.14'), derNull()), spkiOf(pair), signed('sha224', pair.privateKey))
})

const pss = (digest: DigestName, mgf: DigestName, salt: number): Uint8Array => {
  const hash = (name: DigestName) => sequence(oid(digestByName(name).oid), derNull())
  const mask = sequence(oid('1.2.840.113549.1.1.8'), hash(mgf))
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(explicit(0, hash(digest)), explicit(1, mask), explicit(2, integer(salt))),
  )
}

test.each([
  ['SHA-256', 'SHA-1', 32],
  ['SHA-512', 'SHA-256', 20],
  ['SHA-224', 'SHA-224', 28],
  ['SHA-256', 'SHA-256', 0],
] as const)('RSA-PSS with %s, MGF1 with %s, salt of %i', async (digest, mgf, salt) => {
  const node = (name: DigestName) => name.toLowerCase().replace('-', '')
  for (const modulusLength of [2048, 2049]) {
    const pair = generateKeyPairSync('rsa-pss', {
      modulusLength,
      hashAlgorithm: node(digest),
      mgf1HashAlgorithm: node(mgf),
      // The types say string, Node takes a number.
      saltLength: salt as never,
    })
    const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
    await judge(pss(digest, mgf, salt), spkiOf(pair), signed(node(digest), pair.privateKey, options))
    // The key is bound to its parameters.
    const other = { algorithm: pss('SHA-384', mgf, salt), spki: spkiOf(pair), data, signature: data }
    expect(await verifySignature(testEngine, other)).toMatchObject({ supported: true, valid: false })
  }
})

test.each([
  ['P-256', 'sha224', '1.2.840.10045.4.3.1'],
  ['P-256', 'sha1', '1.2.840.10045.4.1'],
  ['P-384', 'sha3-384', '2.16.840.1.101.3.4.3.11'],
  ['P-521', 'sha512', '1.2.840.10045.4.3.4'],
  ['secp256k1', 'sha256', '1.2.840.10045.4.3.2'],
  ['brainpoolP256r1', 'sha256', '1.2.840.10045.4.3.2'],
  ['brainpoolP384r1', 'sha384', '1.2.840.10045.4.3.3'],
  ['brainpoolP512r1', 'sha512', '1.2.840.10045.4.3.4'],
  ['brainpoolP512r1', 'sha224', '1.2.840.10045.4.3.1'],
])('ECDSA on %s with %s', async (namedCurve, hash, id) => {
  const pair = generateKeyPairSync('ec', { namedCurve })
  await judge(sequence(oid(id)), spkiOf(pair), signed(hash, pair.privateKey))
})

test('plain ECDSA (BSI TR-03111)', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'brainpoolP256r1' })
  const value = signed('sha256', pair.privateKey, { dsaEncoding: 'ieee-p1363' })
  await judge(sequence(oid('0.4.0.127.0.7.1.1.4.1.3')), spkiOf(pair), value)
})

test('a curve given by its parameters is not supported, even when they are those of P-256', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })
  const input = {
    algorithm: sequence(oid('1.2.840.10045.4.3.2')),
    spki: spkiOf(pair),
    data,
    signature: signed('sha256', pair.privateKey),
  }
  expect(await verifySignature(testEngine, input)).toMatchObject({ supported: false, valid: false })
})

test('Ed448', async () => {
  const pair = generateKeyPairSync('ed448')
  await judge(sequence(oid('1.3.101.113')), spkiOf(pair), signed(null, pair.privateKey))
})

test('Ed25519 where WebCrypto lacks it', async () => {
  const { verifyEddsa } = await import('./eddsa.ts')
  const { parsePublicKey } = await import('../algorithms.ts')
  const pair = generateKeyPairSync('ed25519')
  const value = signed(null, pair.privateKey)
  expect(verifyEddsa('Ed25519', parsePublicKey(spkiOf(pair)), data, value)).toEqual({ valid: true })
  expect(verifyEddsa('Ed25519', parsePublicKey(spkiOf(pair)), utf8('other'), value)).toEqual({ valid: false })
})

test.each([
  [2048, 256, 'sha256', '2.16.840.1.101.3.4.3.2'],
  [1024, 160, 'sha1', '1.2.840.10040.4.3'],
  [1024, 160, 'sha256', '2.16.840.1.101.3.4.3.2'],
])('DSA %i/%i with %s', async (modulusLength, divisorLength, hash, id) => {
  const pair = generateKeyPairSync('dsa', { modulusLength, divisorLength })
  await judge(sequence(oid(id)), spkiOf(pair), signed(hash, pair.privateKey))
})

const gost =
  spawnSync('openssl', ['engine', '-t', 'gost'], { encoding: 'utf8' }).stdout?.includes('[ available ]') === true

describe.skipIf(!gost && !process.env['CI'])('GOST R 34.10-2012, by the gost engine of OpenSSL', () => {
  const inFolder = (body: (at: (name: string) => string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), 'gost-'))
    try {
      body((name) => join(folder, name))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const openssl = (...args: string[]): Buffer => {
    const done = spawnSync('openssl', args)
    if (done.status !== 0) throw new Error(done.stderr.toString())
    return done.stdout
  }

  test.each([
    ['gost2012_256', 'A', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_256', 'B', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_256', 'C', 'md_gost12_256', '1.2.643.7.1.1.1.1'],
    ['gost2012_256', 'XA', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_256', 'XB', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_256', 'TCA', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_256', 'TCB', 'md_gost12_256', '1.2.643.7.1.1.3.2'],
    ['gost2012_512', 'A', 'md_gost12_512', '1.2.643.7.1.1.3.3'],
    ['gost2012_512', 'B', 'md_gost12_512', '1.2.643.7.1.1.3.3'],
    ['gost2012_512', 'C', 'md_gost12_512', '1.2.643.7.1.1.1.2'],
  ])('%s, parameter set %s', async (algorithm, set, hash, id) => {
    let spki = new Uint8Array()
    let value = new Uint8Array()
    inFolder((at) => {
      writeFileSync(at('data'), data)
      openssl('genpkey', '-engine', 'gost', '-algorithm', algorithm, '-pkeyopt', `paramset:${set}`, '-out', at('key'))
      openssl('pkey', '-engine', 'gost', '-in', at('key'), '-pubout', '-outform', 'DER', '-out', at('spki'))
      openssl('dgst', '-engine', 'gost', `-${hash}`, '-sign', at('key'), '-out', at('value'), at('data'))
      spki = new Uint8Array(readFileSync(at('spki')))
      value = new Uint8Array(readFileSync(at('value')))
    })
    await judge(sequence(oid(id)), spki, value)
  })

  test.each([0, 1, 63, 64, 65, 1000])('Streebog of %i octets', async (length) => {
    const message = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff)
    for (const [name, hash] of [
      ['Streebog-256', 'md_gost12_256'],
      ['Streebog-512', 'md_gost12_512'],
    ] as const) {
      const done = spawnSync('openssl', ['dgst', '-engine', 'gost', `-${hash}`, '-binary'], { input: message })
      expect(await digestBytes(testEngine, name, message)).toEqual(new Uint8Array(done.stdout))
    }
  })
})
