import { afterAll, expect, test } from 'vitest'
import { encodePem } from '../core/bytes/pem.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import { openVault } from '../platform/vault.ts'
import { testChain, testRoot } from '../testing/pki.ts'
import { fakeClock } from '../testing/ports.ts'
import { createTrustAnchors, type TrustAnchors } from './trust-anchors.ts'

const names: string[] = []

function setup(
  configured: readonly Uint8Array[] = [],
  factory: () => IDBFactory | undefined = () => indexedDB,
): TrustAnchors {
  const name = `anchors-test-${Date.now()}-${names.length}`
  names.push(name)
  return createTrustAnchors({
    store: openVault(factory, name),
    configured: configured.map((der) => ({ der, purposes: ['signing'] })),
    clock: fakeClock('2026-11-22T12:00:00Z'),
  })
}

afterAll(() => {
  for (const name of names) indexedDB.deleteDatabase(name)
})

const fileOf = (name: string, ...parts: BlobPart[]): File => new File(parts, name)

test('nothing is trusted by default', async () => {
  expect(await setup().list()).toEqual([])
})

test('a bundle holds several; each is trusted for what was chosen, and that can be changed', async () => {
  const anchors = setup()
  const { root, intermediate } = await testChain()
  const bundle = fileOf(
    'ca.pem',
    encodePem('CERTIFICATE', root.certificate),
    encodePem('CERTIFICATE', intermediate.certificate),
  )
  const found = await anchors.read(bundle)
  expect(found).toHaveLength(2)
  for (const { der } of found) await anchors.add(der, ['signing'])
  let told = 0
  anchors.onChange(() => told++)
  await anchors.add(root.certificate, ['time-stamping'])
  expect(told).toBe(1)
  const purposes = async (): Promise<Record<string, readonly string[]>> =>
    Object.fromEntries((await anchors.list()).map((one) => [one.fingerprint, one.purposes]))
  expect(await purposes()).toEqual({
    [fingerprint(root.certificate)]: ['time-stamping'],
    [fingerprint(intermediate.certificate)]: ['signing'],
  })
  expect((await anchors.list()).map(({ origin }) => origin)).toEqual(['user', 'user'])
  await expect(anchors.add(root.certificate, [])).rejects.toThrow(RangeError)
  await expect(anchors.add(new Uint8Array([1]), ['signing'])).rejects.toMatchObject({ code: 'DER_MALFORMED' })
})

test('reading shows certificates without trusting them', async () => {
  const anchors = setup()
  const { certificate } = await testRoot()
  const found = await anchors.read(fileOf('root.cer', certificate as BlobPart))
  expect(found.map((one) => one.fingerprint)).toEqual([fingerprint(certificate)])
  expect(await anchors.list()).toEqual([])
})

test('a file without a certificate is refused', async () => {
  const anchors = setup()
  for (const file of [fileOf('photo.png', '\x89PNG'), fileOf('empty.pem')]) {
    await expect(anchors.read(file)).rejects.toMatchObject({ code: 'KEY_CERTIFICATE_MALFORMED' })
  }
})

test("the deployment's anchors are listed first, cannot be removed, and outlive a storage that is denied", async () => {
  const root = await testRoot()
  const own = await testRoot()
  const anchors = setup([root.certificate, new Uint8Array([1, 2, 3])])
  await anchors.add(own.certificate, ['signing'])
  expect((await anchors.list()).map(({ origin }) => origin)).toEqual(['config', 'user'])
  await expect(anchors.remove(fingerprint(root.certificate))).rejects.toThrow(RangeError)
  await anchors.remove(fingerprint(own.certificate))
  expect(await anchors.list()).toHaveLength(1)
  expect(await setup([root.certificate], () => undefined).list()).toHaveLength(1)
  await expect(setup([], () => undefined).list()).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
})
