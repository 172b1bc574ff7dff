import { expect, test } from 'vitest'
import { fingerprint, parseCertificate } from '../core/x509/certificate.ts'
import type { KeyProvider, SigningKey } from '../core/keys.ts'
import { verifyValue } from '../core/suites/verify.ts'
import { testEngine } from '../testing/engines.ts'

export type ProviderCase = Readonly<{
  /** A provider that can be reached and holds at least one key. */
  provider: () => Promise<KeyProvider>
  /** The same kind of provider with nothing behind it: no storage, no device, no file. Absent: it cannot be out of reach. */
  unreachable?: () => Promise<KeyProvider>
}>

const DTBS = new TextEncoder().encode('31 82 …: the DER of signed attributes stands here')
const unused = (): AbortSignal => new AbortController().signal

/** What every key provider must do, whatever is behind it. */
export function providerContract(name: string, { provider, unreachable }: ProviderCase): void {
  async function keysOf(): Promise<readonly SigningKey[]> {
    const keys = await (await provider()).keys(unused())
    expect(keys.length).toBeGreaterThan(0)
    return keys
  }

  test(`${name}: is available without a prompt`, async () => {
    expect(await (await provider()).availability()).toEqual({ ready: true })
  })

  test(`${name}: each key has an id of its own, a name, a readable certificate and a mechanism`, async () => {
    const keys = await keysOf()
    expect(new Set(keys.map(({ id }) => id)).size).toBe(keys.length)
    for (const { label, signer } of keys) {
      expect(label.trim()).not.toBe('')
      expect(parseCertificate(signer.certificate).der).toEqual(signer.certificate)
      for (const der of signer.chain) expect(fingerprint(der)).not.toBe(fingerprint(signer.certificate))
      expect(signer.mechanisms.length).toBeGreaterThan(0)
    }
  })

  test(`${name}: ids and certificates are the same when asked again`, async () => {
    const one = await provider()
    const first = await one.keys(unused())
    const second = await one.keys(unused())
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
    expect(second.map(({ signer }) => fingerprint(signer.certificate))).toEqual(
      first.map(({ signer }) => fingerprint(signer.certificate)),
    )
  })

  test(`${name}: the signer is plain data and may go to the worker`, async () => {
    for (const { signer } of await keysOf()) expect(structuredClone(signer)).toEqual(signer)
  })

  test(`${name}: what it signs verifies with the certificate, by every mechanism, in WebCrypto's encoding`, async () => {
    for (const key of await keysOf()) {
      const { spki } = parseCertificate(key.signer.certificate)
      for (const mechanism of key.signer.mechanisms) {
        const value = await key.sign(DTBS, mechanism, unused())
        const { supported, valid } = await verifyValue(testEngine, mechanism, { spki, data: DTBS, value })
        expect({ mechanism, supported, valid }).toEqual({ mechanism, supported: true, valid: true })
        if (mechanism.signature === 'ECDSA-P256') expect(value.length).toBe(64)
        if (mechanism.signature === 'ECDSA-P384') expect(value.length).toBe(96)
      }
    }
  })

  test(`${name}: a mechanism that the key does not have is refused with a code`, async () => {
    for (const key of await keysOf()) {
      const foreign = key.signer.mechanisms.some(({ signature }) => signature === 'Ed25519')
        ? ({ signature: 'ECDSA-P256', digest: 'SHA-256' } as const)
        : ({ signature: 'Ed25519', digest: 'SHA-512' } as const)
      await expect(key.sign(DTBS, foreign, unused())).rejects.toMatchObject({ code: 'KEY_ALGORITHM_UNSUPPORTED' })
    }
  })

  test(`${name}: a cancelled call is an AbortError and leaves the key usable`, async () => {
    const one = await provider()
    await expect(one.keys(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    for (const key of await one.keys(unused())) {
      const [mechanism] = key.signer.mechanisms
      if (!mechanism) continue
      await expect(key.sign(DTBS, mechanism, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
      expect((await key.sign(DTBS, mechanism, unused())).length).toBeGreaterThan(0)
    }
  })

  if (unreachable) {
    test(`${name}: out of reach is an answer with a code, not an exception`, async () => {
      const answer = await (await unreachable()).availability()
      expect(answer.ready).toBe(false)
      if (!answer.ready) expect(answer.reason).toMatch(/^KEY_/)
    })

    test(`${name}: out of reach has no keys, or says why with a code`, async () => {
      const keys = await (await unreachable()).keys(unused()).catch((error: unknown) => error)
      if (Array.isArray(keys)) expect(keys).toEqual([])
      else expect(keys).toMatchObject({ name: 'SignError' })
    })
  }
}
