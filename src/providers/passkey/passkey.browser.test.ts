import { cdp } from 'vitest/browser'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyBackup, readBackup, unwrapBackup, type BackupSecret } from './backup-box.ts'
import { askPasskey, enrolPasskey } from './passkey.ts'
import { newRecoveryCode, readRecoveryCode } from './recovery-code.ts'

type Cdp = { send(method: string, params?: object): Promise<{ authenticatorId: string }> }
const session = (): Cdp => cdp() as unknown as Cdp
const signal = new AbortController().signal
const certificate = crypto.getRandomValues(new Uint8Array(300))
const now = new Date('2026-11-22T00:00:00Z')

let authenticatorId = ''

async function plugIn(hasPrf: boolean): Promise<void> {
  const options = {
    protocol: 'ctap2',
    ctap2Version: 'ctap2_1',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    hasPrf,
  }
  ;({ authenticatorId } = await session().send('WebAuthn.addVirtualAuthenticator', { options }))
}

beforeEach(() => session().send('WebAuthn.enable'))
afterEach(async () => {
  if (authenticatorId) await session().send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  authenticatorId = ''
})

async function backUp(algorithm: EcKeyGenParams | RsaHashedKeyGenParams | Algorithm, secrets: BackupSecret[]) {
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  let kept: Blob | null = null
  const backup = keyBackup('My key', secrets, now, (file) => {
    kept = file
    return Promise.resolve()
  })
  await backup(pair.privateKey, certificate, signal)
  if (!kept) throw new Error('nothing was kept')
  return { file: await readBackup(kept), publicKey: pair.publicKey }
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' }
const SIGN = { name: 'ECDSA', hash: 'SHA-256' }

describe('a key that survives', () => {
  test('a passkey wraps it, and after asking again it signs, non-extractable', async () => {
    await plugIn(true)
    const passkey = await enrolPasskey('Olena', signal)
    expect(passkey.secret).toHaveLength(32)
    const code = await newRecoveryCode()
    const { file, publicKey } = await backUp(P256, [passkey, { kind: 'recovery-code', code }])
    const again = await askPasskey([passkey], signal)
    expect(again.secret).toEqual(passkey.secret)
    for (const secret of [again, { kind: 'recovery-code' as const, code: code.toLowerCase().replaceAll('-', ' ') }]) {
      const [key] = await unwrapBackup(file, secret, [P256])
      if (!key) throw new Error('no key')
      expect(key.extractable).toBe(false)
      await expect(crypto.subtle.exportKey('pkcs8', key)).rejects.toThrow()
      const value = await crypto.subtle.sign(SIGN, key, certificate)
      expect(await crypto.subtle.verify(SIGN, publicKey, value, certificate)).toBe(true)
    }
  })

  test('two passkeys: the pinned one answers, another one opens nothing', async () => {
    await plugIn(true)
    const first = await enrolPasskey('first', signal)
    const second = await enrolPasskey('second', signal)
    const stranger = await enrolPasskey('stranger', signal)
    const { file } = await backUp(P256, [first, second])
    expect((await askPasskey([second], signal)).secret).toEqual(second.secret)
    await expect(unwrapBackup(file, stranger, [P256])).rejects.toMatchObject({ code: 'KEY_BACKUP_SECRET_INCORRECT' })
    expect(await unwrapBackup(file, second, [P256])).toHaveLength(1)
  })

  test('an authenticator without PRF is said so, before any key exists', async () => {
    await plugIn(false)
    await expect(enrolPasskey('old', signal)).rejects.toMatchObject({ code: 'KEY_PASSKEY_WITHOUT_PRF' })
  })

  test('RSA, Ed25519 and ML-DSA-65 where this engine has it', async () => {
    const code = await newRecoveryCode()
    const secrets: BackupSecret[] = [
      { kind: 'recovery-code', code },
      { kind: 'recovery-code', code: await newRecoveryCode() },
    ]
    const rsa = { name: 'RSA-PSS', hash: 'SHA-256' }
    const generate = { ...rsa, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
    for (const [make, open, sign] of [
      [generate, [rsa, { ...rsa, name: 'RSASSA-PKCS1-v1_5' }], { name: 'RSA-PSS', saltLength: 32 }],
      [{ name: 'Ed25519' }, [{ name: 'Ed25519' }], { name: 'Ed25519' }],
      [{ name: 'ML-DSA-65' }, [{ name: 'ML-DSA-65' }], { name: 'ML-DSA-65' }],
    ] as const) {
      const { file, publicKey } = await backUp(make, secrets)
      const keys = await unwrapBackup(file, secrets[0]!, open)
      expect(keys).toHaveLength(open.length)
      const value = await crypto.subtle.sign(sign, keys[0]!, certificate)
      expect(await crypto.subtle.verify(sign, publicKey, value, certificate)).toBe(true)
    }
  })

  test('one secret is not a backup', () => {
    const secret = { kind: 'recovery-code' as const, code: '' }
    expect(() => keyBackup('x', [secret], now, () => Promise.resolve())).toThrow(RangeError)
  })
})

describe('a backup file from anywhere', () => {
  test('a swapped certificate, a changed key, other JSON: coded, never a key', async () => {
    const code = await newRecoveryCode()
    const secret = { kind: 'recovery-code' as const, code }
    const { file } = await backUp(P256, [secret, { kind: 'recovery-code', code: await newRecoveryCode() }])
    const swapped = { ...file, certificate: btoa('another certificate') }
    await expect(unwrapBackup(swapped, secret, [P256])).rejects.toMatchObject({ code: 'KEY_BACKUP_MALFORMED' })
    const flipped = { ...file, key: { ...file.key, box: `AAAA${file.key.box.slice(4)}` } }
    await expect(unwrapBackup(flipped, secret, [P256])).rejects.toMatchObject({ code: 'KEY_BACKUP_MALFORMED' })
    for (const text of [
      '',
      '[]',
      '{"type":"countersign-key-backup","version":2}',
      JSON.stringify({ ...file, wrappers: [1] }),
    ]) {
      await expect(readBackup(new Blob([text]))).rejects.toMatchObject({ code: 'KEY_BACKUP_MALFORMED' })
    }
    await expect(readBackup(new Blob([new Uint8Array(300_000)]))).rejects.toMatchObject({
      code: 'KEY_BACKUP_MALFORMED',
    })
  })

  test('a mistyped recovery code is told before anything is tried', async () => {
    const code = await newRecoveryCode()
    expect(code).toMatch(/^([0-9A-Z]{5}-){5}[0-9A-Z]{5}$/)
    expect(await readRecoveryCode(code.replace(/0/g, 'o').replace(/1/g, 'l'))).toEqual(await readRecoveryCode(code))
    const wrong = (code.startsWith('A') ? 'B' : 'A') + code.slice(1)
    for (const text of [wrong, code.slice(1), '', 'U'.repeat(30)]) {
      await expect(readRecoveryCode(text)).rejects.toMatchObject({ code: 'KEY_RECOVERY_CODE_INCORRECT' })
    }
  })
})
