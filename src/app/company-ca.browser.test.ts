import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { equalBytes } from '../core/bytes/bytes.ts'
import { parsePem } from '../core/bytes/pem.ts'
import type { KeyProvider } from '../core/keys.ts'
import { parseCrl } from '../core/revocation/crl.ts'
import { parseCertificate } from '../core/x509/certificate.ts'
import { verifySignature } from '../core/suites/verify.ts'
import { browserEngine } from '../platform/engine.ts'
import { openVault, type Vault } from '../platform/vault.ts'
import { keyBackup, readBackup } from '../providers/passkey/backup-box.ts'
import { newRecoveryCode } from '../providers/passkey/recovery-code.ts'
import { askBackupPasskey, restoreKey, summary } from '../providers/passkey/restore.ts'
import { webcryptoProvider } from '../providers/webcrypto/webcrypto-provider.ts'
import { fakeClock, testRandom } from '../testing/ports.ts'
import { createCertificateRequests } from './certificate-requests.ts'
import { createCompanyCa } from './company-ca.ts'
import { createKeyBackups } from './key-backups.ts'
import { createManageKeys } from './manage-keys.ts'

const clock = fakeClock('2026-11-22T10:00:00Z')
const ports = { engine: browserEngine, random: testRandom }
const persistence = {
  state: () => Promise.resolve({ persisted: false, usageBytes: null, quotaBytes: null }),
  request: () => Promise.resolve(),
}
const signal = new AbortController().signal

let vault: Vault
let name: string

function world(providers: readonly KeyProvider[] = []) {
  const store = webcryptoProvider(vault, { ...ports, clock })
  const keys = createManageKeys({
    store,
    providers,
    clock,
    persistence,
    settings: vault,
    onStoreChange: (listener) => vault.keyChanges.subscribe(listener),
  })
  return {
    store,
    keys,
    requests: createCertificateRequests({ keys, store, clock, ports }),
    ca: createCompanyCa({ keys, store, clock, ports, settings: vault }),
    backups: createKeyBackups({
      keys,
      store,
      clock,
      settings: vault,
      passkeysAvailable: () => Promise.resolve(false),
      enrolPasskey: () => Promise.reject(new Error('not here')),
      newRecoveryCode,
      recoverySecret: (code) => ({ kind: 'recovery-code' as const, code }),
      keyBackup,
      readBackup,
      summary,
      askBackupPasskey,
      restoreKey,
    }),
  }
}

beforeEach(() => {
  name = `ca-test-${Math.random()}`
  vault = openVault(() => indexedDB, name)
})
afterEach(() => {
  vault.close()
  indexedDB.deleteDatabase(name)
})

const subject = { commonName: 'Olena', organization: 'Lab LLC', email: 'olena@lab.example', country: 'UA' }

describe('the company CA', () => {
  test('request, certificate, installed at its key, revoked in a CRL', async () => {
    const { keys, requests, ca } = world()
    const authority = await ca.create({ algorithm: 'ECDSA-P384', subject: { commonName: 'Lab CA' }, years: 10 })
    expect(authority).toMatchObject({ maySign: 'KEY_USAGE_FORBIDS', certificate: { isCa: true } })
    const signer = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const request = await requests.request(signer.ref, null)
    expect(await ca.inspect(request.blob)).toMatchObject({
      proven: true,
      subject: { commonName: 'Olena', email: 'olena@lab.example' },
    })
    const answer = await ca.issue(authority.ref, request.blob, { years: 2, crlUrl: 'http://lab.example/ca.crl' })

    const installed = await requests.install(answer.blob)
    expect(installed).toMatchObject({
      ref: signer.ref,
      selfSigned: false,
      certificate: { issuer: { commonName: 'Lab CA' } },
    })
    expect(installed.chain).toHaveLength(1)
    const leaf = parseCertificate(installed.certificate.der)
    const { spki } = parseCertificate(authority.certificate.der)
    const check = { algorithm: leaf.signatureAlgorithm, spki, data: leaf.tbs, signature: leaf.signature }
    expect((await verifySignature(browserEngine, check)).valid).toBe(true)

    const [issued] = (await ca.registry(authority.ref)).issued
    expect(issued?.serialNumber).toBe(installed.certificate.serialNumber)
    await ca.revoke(authority.ref, issued?.serialNumber ?? '', 'superseded')
    const first = parseCrl(new Uint8Array(await (await ca.publishCrl(authority.ref, 30)).blob.arrayBuffer()))
    const second = parseCrl(new Uint8Array(await (await ca.publishCrl(authority.ref, 30)).blob.arrayBuffer()))
    expect([first.number, second.number]).toEqual([1n, 2n])
    await expect(ca.revoke(authority.ref, 'ff', 'superseded')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  })

  test('issued again from the kept request; a renewed CA keeps key and name, so that what it issued still leads to it', async () => {
    const { keys, requests, ca } = world()
    const made = await ca.create({
      algorithm: 'ECDSA-P256',
      subject: { commonName: 'Lab CA', country: 'UA' },
      years: 2,
    })
    const signer = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const request = await requests.request(signer.ref, null)
    const first = await requests.install((await ca.issue(made.ref, request.blob, { years: 1 })).blob)
    const again = await requests.install((await ca.issueAgain(made.ref, first.certificate.serialNumber, 2)).blob)
    expect(again.certificate.serialNumber).not.toBe(first.certificate.serialNumber)
    expect(again.certificate.notAfter > first.certificate.notAfter).toBe(true)
    const [before, after] = [first, again].map(({ certificate }) => parseCertificate(certificate.der))
    expect(after?.spki).toEqual(before?.spki)
    expect(after?.subject.der).toEqual(before?.subject.der)
    expect((await ca.registry(made.ref)).issued).toHaveLength(2)
    await expect(ca.issueAgain(made.ref, 'ff', 1)).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })

    const renewed = await ca.renew(made.ref, 10)
    expect(renewed.certificate).toMatchObject({ isCa: true })
    expect(renewed.certificate.notAfter.getUTCFullYear()).toBe(2036)
    const root = parseCertificate(renewed.certificate.der)
    expect(root.subject.der).toEqual(parseCertificate(made.certificate.der).subject.der)
    const check = {
      spki: root.spki,
      data: after?.tbs ?? new Uint8Array(),
      signature: after?.signature ?? new Uint8Array(),
    }
    const algorithm = after?.signatureAlgorithm ?? new Uint8Array()
    expect((await verifySignature(browserEngine, { ...check, algorithm })).valid).toBe(true)
    expect((await ca.registry(renewed.ref)).issued).toHaveLength(2)
  })

  test('a CA whose key is on a token issues, remembers and revokes like one of this browser', async () => {
    const here = world()
    const made = await here.ca.create({ algorithm: 'ECDSA-P256', subject: { commonName: 'Token CA' }, years: 5 })
    const key = await here.keys.find(made.ref, signal)
    const elsewhere = openVault(() => indexedDB, `${name}-signer`)
    const token: KeyProvider = {
      id: 'token',
      place: 'token',
      availability: () => Promise.resolve({ ready: true }),
      keys: () => Promise.resolve([{ ...key, device: 'Safe' }]),
    }
    const home = vault
    vault = elsewhere
    const { keys, requests, ca } = world([token])
    vault = home
    expect(await ca.authorities()).toEqual([])
    await keys.open('token')
    const [authority] = await ca.authorities()
    expect(authority).toMatchObject({ managed: false, device: 'Safe', place: 'token' })
    const ref = authority?.ref ?? made.ref
    const signer = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const answer = await ca.issue(ref, (await requests.request(signer.ref, null)).blob, { years: 1 })
    const installed = await requests.install(answer.blob)
    expect(installed.certificate.issuer.commonName).toBe('Token CA')
    await ca.revoke(ref, installed.certificate.serialNumber, 'superseded')
    expect(parseCrl(new Uint8Array(await (await ca.publishCrl(ref, 7)).blob.arrayBuffer())).number).toBe(1n)
    await expect(ca.renew(ref, 5)).rejects.toThrow(RangeError)
    elsewhere.close()
    indexedDB.deleteDatabase(`${name}-signer`)
  })

  test('an expired CA issues nothing, and says so', async () => {
    const { keys, requests, ca } = world()
    const authority = await ca.create({ algorithm: 'ECDSA-P256', subject: { commonName: 'Old CA' }, years: 1 })
    const signer = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const { blob } = await requests.request(signer.ref, null)
    const later = fakeClock('2028-01-01T00:00:00Z')
    const { store } = world()
    const expired = createCompanyCa({ keys, store, clock: later, ports, settings: vault })
    await expect(expired.issue(authority.ref, blob, { years: 1 })).rejects.toMatchObject({
      code: 'KEY_CERTIFICATE_EXPIRED',
    })
    expect((await expired.registry(authority.ref)).issued).toEqual([])
    await expired.renew(authority.ref, 5)
    expect((await expired.issue(authority.ref, blob, { years: 1 })).name).toBe('Olena.pem')
  })

  test('a certificate of another key is not installed, nor a file without one', async () => {
    const { keys, requests, ca } = world()
    const authority = await ca.create({ algorithm: 'ECDSA-P256', subject: { commonName: 'Lab CA' }, years: 5 })
    const signer = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const answer = await ca.issue(authority.ref, (await requests.request(signer.ref, null)).blob, { years: 1 })
    const [leaf] = parsePem(new Uint8Array(await answer.blob.arrayBuffer()))
    await keys.remove(signer.ref)
    const other = await keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
    const only = new Blob([(leaf?.bytes ?? new Uint8Array()).slice()])
    await expect(requests.install(only)).rejects.toMatchObject({ code: 'KEY_CERTIFICATE_MISMATCH' })
    await expect(requests.install(new Blob(['hello']))).rejects.toMatchObject({ code: 'KEY_CERTIFICATE_MALFORMED' })
    await expect(ca.inspect(new Blob(['hello']))).rejects.toMatchObject({ code: 'KEY_REQUEST_INVALID' })
    const kept = (await keys.list()).keys.find(({ ref }) => ref.id === other.ref.id)
    expect(kept && equalBytes(kept.certificate.der, other.certificate.der)).toBe(true)
  })

  test('a self-signed certificate is renewed for the same key', async () => {
    const { keys, requests } = world()
    const old = await keys.create({ algorithm: 'RSA-2048', subject, years: 1 })
    const renewed = await requests.renewSelfSigned(old.ref, 3)
    expect(renewed.certificate.notAfter.getUTCFullYear()).toBe(2029)
    expect(renewed.certificate.fingerprint).not.toBe(old.certificate.fingerprint)
    expect(equalBytes(parseCertificate(renewed.certificate.der).spki, parseCertificate(old.certificate.der).spki)).toBe(
      true,
    )
  })
})

describe('a key with a backup', () => {
  test.each(['ECDSA-P256', 'RSA-2048', 'Ed25519'] as const)(
    '%s: lost here, restored, signs for the same certificate',
    async (algorithm) => {
      const { keys, backups, store } = world()
      const [first, second] = [await backups.recoveryCode(), await backups.recoveryCode()]
      const { card, file } = await backups.create({ algorithm, subject, years: 1 }, [first.secret, second.secret])
      expect(card.backedUp).toBe(true)
      expect(await backups.inspect(file.blob)).toMatchObject({ label: 'Olena', passkeys: 0, recoveryCodes: 2 })
      expect(await (await backups.file(card.ref))?.blob.text()).toBe(await file.blob.text())
      await keys.remove(card.ref)
      expect((await keys.list()).keys).toEqual([])

      await expect(
        backups.restoreWithCode(file.blob, (await backups.recoveryCode()).code, signal),
      ).rejects.toMatchObject({
        code: 'KEY_BACKUP_SECRET_INCORRECT',
      })
      expect((await keys.list()).keys).toEqual([])
      const restored = await backups.restoreWithCode(file.blob, second.code, signal)
      expect(restored.certificate.fingerprint).toBe(card.certificate.fingerprint)
      expect(restored.mechanisms).toEqual(card.mechanisms)
      expect((await store.keys(signal)).map((key) => key.id)).toEqual([restored.ref.id])
    },
  )
})
