import { afterAll, expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { KeyProvider, SigningKey } from '../core/keys.ts'
import { readCertificates } from '../core/x509/read-certificates.ts'
import { openVault } from '../platform/vault.ts'
import { webcryptoProvider } from '../providers/webcrypto/webcrypto-provider.ts'
import { testEngine } from '../testing/engines.ts'
import { signerInfoOf, testChain } from '../testing/pki.ts'
import { fakeClock, testRandom } from '../testing/ports.ts'
import { createPair } from './key-pair.ts'
import { createManageKeys, type CreateKeyRequest, type KeyAccess, type ManageKeys } from './manage-keys.ts'

const names: string[] = []
const signal = new AbortController().signal
const unsaid = { persisted: null, usageBytes: null, quotaBytes: null }

type Setup = {
  providers?: readonly KeyProvider[]
  factory?: () => IDBFactory | undefined
  persist?: () => Promise<void>
}

function setup({ providers = [], factory = () => indexedDB, persist = () => Promise.resolve() }: Setup = {}) {
  const name = `manage-test-${Date.now()}-${names.length}`
  names.push(name)
  const vault = openVault(factory, name)
  const clock = fakeClock('2026-11-22T12:00:00Z')
  const keys: ManageKeys & KeyAccess = createManageKeys({
    store: webcryptoProvider(vault, { clock, random: testRandom, engine: testEngine }),
    providers,
    clock,
    persistence: { state: () => Promise.resolve(unsaid), request: persist },
    settings: vault,
    onStoreChange: (listener) => vault.keyChanges.subscribe(listener),
  })
  return { keys, clock }
}

afterAll(() => {
  for (const name of names) indexedDB.deleteDatabase(name)
})

const request = (more: Partial<CreateKeyRequest> = {}): CreateKeyRequest => ({
  algorithm: 'ECDSA-P256',
  subject: { commonName: 'Ann Example' },
  years: 3,
  ...more,
})

test('a new key is listed with all that the page shows', async () => {
  const { keys } = setup()
  const made = await keys.create(
    request({ subject: { commonName: ' Ann Example ', country: 'no', email: 'a@b.example' } }),
  )
  expect(made).toMatchObject({
    label: 'Ann Example',
    place: 'browser',
    validity: 'valid',
    maySign: null,
    selfSigned: true,
    backedUp: false,
    managed: true,
    lastUsedAt: null,
    unreadableBy: [],
  })
  expect(made.certificate.subject).toMatchObject({ commonName: 'Ann Example', country: 'NO', email: 'a@b.example' })
  expect(made.certificate.notBefore).toEqual(new Date('2026-11-22T11:50:00Z'))
  expect(made.certificate.notAfter).toEqual(new Date('2029-11-22T11:50:00Z'))
  expect((await keys.list()).keys).toEqual([made])
})

test('what the certificate could not hold is refused before a key is made', async () => {
  const { keys } = setup()
  const subject = { commonName: 'Ann' }
  const bad: Partial<CreateKeyRequest>[] = [
    { subject: { commonName: '  ' } },
    { subject: { commonName: 'x'.repeat(65) } },
    { subject: { ...subject, country: 'Norway' } },
    { subject: { ...subject, email: 'nobody' } },
    { subject: { ...subject, organization: 'x'.repeat(65) } },
    { years: 0 },
    { years: 1.5 },
    { years: 31 },
    { algorithm: 'DSA' as 'Ed25519' },
  ]
  for (const more of bad) await expect(keys.create(request(more))).rejects.toThrow(RangeError)
  expect((await keys.list()).keys).toEqual([])
})

test('a browser that never answers about persistence does not hold up the key', async () => {
  const { keys } = setup({ persist: () => new Promise(() => undefined) })
  expect((await keys.create(request())).label).toBe('Ann Example')
})

test('P-256 is the default; what common verifiers cannot read is said', async () => {
  const choices = await setup().keys.algorithms()
  expect(choices.filter(({ isDefault }) => isDefault).map(({ algorithm }) => algorithm)).toEqual(['ECDSA-P256'])
  const said = Object.fromEntries(choices.map(({ algorithm, unreadableBy }) => [algorithm, unreadableBy.length > 0]))
  expect(said).toEqual({
    'ECDSA-P256': false,
    'ECDSA-P384': false,
    'RSA-2048': false,
    'RSA-3072': false,
    Ed25519: true,
    'ML-DSA-65': true,
  })
})

test('validity follows the clock, and what cannot sign now goes to the end', async () => {
  const { keys, clock } = setup()
  const short = await keys.create(request({ years: 1, label: 'short' }))
  clock.set('2026-11-23T12:00:00Z')
  const long = await keys.create(request({ years: 5, label: 'long' }))
  const states = async () => (await keys.list()).keys.map(({ label, validity }) => `${label} ${validity}`)
  expect(await states()).toEqual(['long valid', 'short valid'])
  clock.set('2027-11-10T12:00:00Z')
  expect(await states()).toEqual(['long valid', 'short expires-soon'])
  await keys.used(short.ref, short.certificate.fingerprint)
  expect(await states()).toEqual(['short expires-soon', 'long valid'])
  clock.set('2027-12-01T00:00:00Z')
  expect(await states()).toEqual(['long valid', 'short expired'])
  clock.set('1999-01-01T00:00:00Z')
  expect((await states()).every((state) => state.endsWith('not-yet-valid'))).toBe(true)
  expect(await keys.lastUsed()).toBe(short.certificate.fingerprint)
  expect(long.ref.provider).toBe('browser')
})

test('the certificate leaves as PEM and DER under a name that any system takes', async () => {
  const { keys } = setup()
  const { ref, certificate } = await keys.create(request({ label: 'Deal: 14/B' }))
  for (const encoding of ['pem', 'der', 'pem-chain'] as const) {
    const { name, blob } = await keys.exportCertificate(ref, encoding)
    expect(name).toBe(`Deal_ 14_B.${encoding === 'der' ? 'cer' : 'pem'}`)
    expect(readCertificates(new Uint8Array(await blob.arrayBuffer()))).toEqual([certificate.der])
  }
})

test('rename and remove; a key that is gone is KEY_NOT_FOUND', async () => {
  const { keys } = setup()
  const { ref } = await keys.create(request())
  let changes = 0
  const stop = keys.onChange(() => changes++)
  expect((await keys.rename(ref, 'Other')).label).toBe('Other')
  await keys.remove(ref)
  expect(changes).toBe(2)
  stop()
  await expect(keys.rename(ref, 'x')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await expect(keys.remove(ref)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await expect(keys.find(ref, signal)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await expect(keys.exportCertificate(ref, 'pem')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
})

test('without storage the page still lists, and says why nothing can be kept', async () => {
  const { keys } = setup({ factory: () => undefined })
  const { keys: none, providers } = await keys.list()
  expect(none).toEqual([])
  expect(providers).toMatchObject([{ provider: 'browser', unavailable: 'KEY_STORAGE_UNAVAILABLE' }])
  expect(await keys.storage()).toMatchObject({ unavailable: 'KEY_STORAGE_UNAVAILABLE' })
  await expect(keys.create(request())).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
  expect(await keys.lastUsed()).toBeNull()
})

test('a token is asked only when it is opened, and one that fails hides no other key', async () => {
  const { leaf } = await testChain()
  let asked = 0
  const key: SigningKey = {
    id: 't',
    label: 'Token',
    signer: signerInfoOf(leaf),
    sign: ({ length }) => leaf.key.sign(new Uint8Array(length)),
  }
  const token: KeyProvider = {
    id: 'token',
    availability: () => Promise.resolve({ ready: true }),
    keys() {
      asked++
      return Promise.resolve([key])
    },
  }
  const broken: KeyProvider = {
    id: 'broken',
    availability: () => Promise.resolve({ ready: false, reason: 'KEY_SIGN_FAILED' }),
    keys: () => Promise.reject(new SignError('KEY_SIGN_FAILED', 'no')),
  }
  const { keys } = setup({ providers: [token, broken] })
  await keys.create(request())
  expect((await keys.list()).keys).toHaveLength(1)
  expect(asked).toBe(0)
  const { keys: both, providers } = await keys.open('token')
  expect(both.map(({ ref }) => ref.provider).sort()).toEqual(['browser', 'token'])
  expect(both.find(({ managed }) => !managed)).toMatchObject({ place: 'token', selfSigned: false, createdAt: null })
  expect(providers.map(({ opened, unavailable }) => [opened, unavailable])).toEqual([
    [true, null],
    [true, null],
    [false, 'KEY_SIGN_FAILED'],
  ])
  expect(await keys.find({ provider: 'token', id: 't' }, signal)).toBe(key)
  await expect(keys.open('broken')).rejects.toMatchObject({ code: 'KEY_SIGN_FAILED' })
  await expect(keys.rename({ provider: 'token', id: 't' }, 'x')).rejects.toThrow(RangeError)
  await keys.close('token')
  expect((await keys.list()).keys).toHaveLength(1)
})

test('a pair of keys is made whole or not at all', async () => {
  const { keys } = setup()
  const ML = 'ML-DSA-65'
  const available = (await keys.algorithms()).find(({ algorithm }) => algorithm === ML)?.available
  expect(available, 'this browser makes ML-DSA keys').toBe(true)
  const made = await createPair(request(), ML, (one) => keys.create(one), keys)
  expect(made.map(({ mechanisms }) => mechanisms[0]?.signature)).toEqual(['ECDSA-P256', ML])
  expect(new Set(made.map(({ certificate }) => certificate.subject.text)).size).toBe(1)
  const failing = (one: CreateKeyRequest) =>
    one.algorithm === ML ? keys.create(one) : Promise.reject(new SignError('KEY_STORAGE_FULL', 'no room'))
  await expect(createPair(request(), ML, failing, keys)).rejects.toMatchObject({ code: 'KEY_STORAGE_FULL' })
  expect((await keys.list()).keys).toHaveLength(2)
  expect(await createPair(request(), null, (one) => keys.create(one), keys)).toHaveLength(1)
})
