import { afterAll, expect, test } from 'vitest'
import { equalBytes } from '../../core/bytes/bytes.ts'
import { SignError } from '../../core/errors.ts'
import type { KeyStore, NewKey, NewKeyAlgorithm } from '../../core/keys.ts'
import { certificateFacts, parseCertificate } from '../../core/x509/certificate.ts'
import { openVault, type Vault } from '../../platform/vault.ts'
import { testEngine } from '../../testing/engines.ts'
import { fakeClock, testRandom } from '../../testing/ports.ts'
import { providerContract } from '../provider.contract.ts'
import { rebind } from './crypto-keys.ts'
import { webcryptoProvider } from './webcrypto-provider.ts'

const names: string[] = []
const ports = { clock: fakeClock('2026-11-22T12:00:00Z'), random: testRandom, engine: testEngine }
const signal = new AbortController().signal

function fresh(change: (vault: Vault) => Vault = (vault) => vault): { store: KeyStore; vault: Vault } {
  const name = `provider-test-${Date.now()}-${names.length}`
  names.push(name)
  const vault = openVault(() => indexedDB, name)
  return { store: webcryptoProvider(change(vault), ports), vault }
}

afterAll(() => {
  for (const name of names) indexedDB.deleteDatabase(name)
})

const request = (algorithm: NewKeyAlgorithm = 'ECDSA-P256'): NewKey => ({
  algorithm,
  subject: { commonName: 'Ірина Sørensen', organization: 'Example', email: 'i@example.com', country: 'UA' },
  notBefore: new Date('2026-11-22T11:50:00Z'),
  notAfter: new Date('2029-11-22T11:50:00Z'),
  backup: null,
})

const ALL: readonly NewKeyAlgorithm[] = ['ECDSA-P256', 'ECDSA-P384', 'RSA-2048', 'RSA-3072', 'Ed25519', 'ML-DSA-65']

let shared: Promise<KeyStore> | null = null

/** One key of every algorithm that this Chromium makes. */
function withAll(): Promise<KeyStore> {
  shared ??= (async () => {
    const { store } = fresh()
    for (const algorithm of await store.algorithms()) await store.create(request(algorithm), signal)
    return store
  })()
  return shared
}

providerContract('webcrypto', {
  provider: withAll,
  unreachable: () =>
    Promise.resolve(
      webcryptoProvider(
        openVault(() => undefined),
        ports,
      ),
    ),
})

test('this Chromium makes every algorithm that the page offers', async () => {
  expect(await fresh().store.algorithms()).toEqual(ALL)
})

test('an RSA key signs by PKCS#1 and by PSS', async () => {
  const stored = await (await withAll()).stored()
  const rsa = stored.filter(({ signer }) => signer.mechanisms[0]?.signature === 'RSASSA-PKCS1-v1_5')
  expect(rsa).toHaveLength(2)
  for (const { signer } of rsa) {
    expect(signer.mechanisms).toEqual([
      { signature: 'RSASSA-PKCS1-v1_5', digest: 'SHA-256' },
      { signature: 'RSA-PSS', digest: 'SHA-256' },
    ])
  }
})

test('the certificate says what was asked: names, validity, key usage without an extended one', async () => {
  const { store } = fresh()
  const { signer, label, backedUp } = await store.create(request(), signal)
  const facts = certificateFacts(parseCertificate(signer.certificate))
  expect(facts.subject).toMatchObject({
    commonName: 'Ірина Sørensen',
    organization: 'Example',
    email: 'i@example.com',
    country: 'UA',
  })
  expect(facts).toMatchObject({
    notBefore: request().notBefore,
    notAfter: request().notAfter,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: null,
    isCa: false,
  })
  expect({ label, backedUp }).toEqual({ label: 'Ірина Sørensen', backedUp: false })
})

test('no stored key can be exported', async () => {
  const { store, vault } = fresh()
  for (const algorithm of ['ECDSA-P256', 'RSA-2048'] as const) await store.create(request(algorithm), signal)
  for (const { privateKeys } of await vault.keys()) {
    for (const key of privateKeys) {
      expect(key.extractable).toBe(false)
      await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow()
    }
  }
})

test('a key wrapped at birth is kept non-extractable, and its box opens', async () => {
  const { store, vault } = fresh()
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
  const iv = new Uint8Array(12)
  let box = new ArrayBuffer(0)
  const { id, backedUp, signer } = await store.create(
    {
      ...request(),
      backup: async (key, certificate) => {
        expect(key.extractable).toBe(true)
        expect(certificate.length).toBeGreaterThan(100)
        box = await crypto.subtle.wrapKey('pkcs8', key, wrapping, { name: 'AES-GCM', iv })
      },
    },
    signal,
  )
  expect(backedUp).toBe(true)
  expect((await vault.key(id)).privateKeys.every((key) => !key.extractable)).toBe(true)
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const restored = await crypto.subtle.unwrapKey('pkcs8', box, wrapping, { name: 'AES-GCM', iv }, algorithm, false, [
    'sign',
  ])
  const other = fresh().store
  const again = await other.adopt(
    { label: 'restored', privateKeys: [restored], certificate: signer.certificate, chain: [], backedUp: true },
    signal,
  )
  expect(again.signer.mechanisms[0]?.signature).toBe('ECDSA-P256')
})

test('a backup that fails makes no key', async () => {
  const { store, vault } = fresh()
  const backup = (): Promise<void> => Promise.reject(new SignError('KEY_SIGN_FAILED', 'no passkey'))
  await expect(store.create({ ...request(), backup }, signal)).rejects.toMatchObject({ code: 'KEY_SIGN_FAILED' })
  expect(await vault.keys()).toEqual([])
})

test('whatever fails after the write leaves nothing half-made', async () => {
  const failures: Record<string, (vault: Vault) => Vault> = {
    'the disk is full': (vault) => ({
      ...vault,
      addKey: () => Promise.reject(new SignError('KEY_STORAGE_FULL', 'full')),
    }),
    'it cannot be read again': (vault) => ({ ...vault, key: () => Promise.reject(new Error('gone')) }),
    'another key comes back': (vault) => ({
      ...vault,
      async key(id) {
        const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
        return { ...(await vault.key(id)), privateKeys: [pair.privateKey] }
      },
    }),
    'another certificate comes back': (vault) => ({
      ...vault,
      key: async (id) => ({ ...(await vault.key(id)), certificate: new Uint8Array([0x30, 0]) }),
    }),
  }
  for (const [what, change] of Object.entries(failures)) {
    const { store, vault } = fresh(change)
    const code = what === 'the disk is full' ? 'KEY_STORAGE_FULL' : 'KEY_CREATION_FAILED'
    await expect(store.create(request(), signal), what).rejects.toMatchObject({ code })
    expect(await vault.keys(), what).toEqual([])
  }
})

test('a cancel while creating leaves nothing', async () => {
  const controller = new AbortController()
  const { store, vault } = fresh((inner) => ({
    ...inner,
    async addKey(record) {
      await inner.addKey(record)
      controller.abort()
    },
  }))
  await expect(store.create(request(), controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
  expect(await vault.keys()).toEqual([])
})

test('rename changes the name alone; remove removes; what is gone is KEY_NOT_FOUND', async () => {
  const { store } = fresh()
  const { id, signer } = await store.create(request(), signal)
  expect(await store.rename(id, '  Work  ')).toMatchObject({ label: 'Work' })
  expect((await store.stored())[0]?.signer.certificate).toEqual(signer.certificate)
  await expect(store.rename(id, ' ')).rejects.toThrow(RangeError)
  await store.remove(id)
  expect(await store.keys(signal)).toEqual([])
  await expect(store.remove(id)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await expect(store.rename(id, 'x')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
})

test('a certificate of another key is neither installed nor adopted, and the old one stays', async () => {
  const { store } = fresh()
  const mine = await store.create(request(), signal)
  const other = await store.create(request(), signal)
  await expect(store.installCertificate(mine.id, other.signer.certificate, [])).rejects.toMatchObject({
    code: 'KEY_CERTIFICATE_MISMATCH',
  })
  const kept = (await store.stored()).find(({ id }) => id === mine.id)
  expect(equalBytes(kept!.signer.certificate, mine.signer.certificate)).toBe(true)
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const adopted = { label: 'x', certificate: mine.signer.certificate, chain: [], backedUp: false }
  await expect(store.adopt({ ...adopted, privateKeys: [pair.privateKey] }, signal)).rejects.toMatchObject({
    code: 'KEY_CERTIFICATE_MISMATCH',
  })
  const open = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  await expect(store.adopt({ ...adopted, privateKeys: [open.privateKey] }, signal)).rejects.toThrow(RangeError)
})

test('touch remembers when the key signed', async () => {
  const { store } = fresh()
  const { id, lastUsedAt } = await store.create(request(), signal)
  expect(lastUsedAt).toBeNull()
  await store.touch(id)
  expect((await store.stored())[0]?.lastUsedAt).toEqual(ports.clock.now())
})

test('binding a key to a second scheme keeps it one key', async () => {
  const parameters = { name: 'RSA-PSS', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' }
  const pair = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
  const [bound] = await rebind(testEngine, pair.privateKey, [{ name: 'RSA-PSS', hash: 'SHA-256' }])
  const value = await crypto.subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, bound!, new Uint8Array(3))
  const verify = { name: 'RSA-PSS', saltLength: 32 }
  expect(await crypto.subtle.verify(verify, pair.publicKey, value, new Uint8Array(3))).toBe(true)
})
