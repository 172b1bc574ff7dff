import { equalBytes, toHex } from '../../core/bytes/bytes.ts'
import { isAbort, SignError } from '../../core/errors.ts'
import type { AdoptedKey, KeyStore, NewKey, NewKeyAlgorithm, SigningKey, StoredKey } from '../../core/keys.ts'
import type { Ports } from '../../core/ports.ts'
import { buildSelfSigned } from '../../core/x509/build.ts'
import { parseCertificate } from '../../core/x509/certificate.ts'
import type { KeyRecord, Vault } from '../../platform/vault.ts'
import { mechanismsOf, proveKeys, signWith } from './crypto-keys.ts'
import { generatable, generatePair, keysToStore } from './generate.ts'

/** Keys that WebCrypto made, non-extractable in IndexedDB. Id 'browser'. */
export function webcryptoProvider(vault: Vault, ports: Ports): KeyStore {
  let algorithms: Promise<readonly NewKeyAlgorithm[]> | null = null

  return {
    id: 'browser',
    place: 'browser',
    async availability() {
      try {
        await vault.keys()
        return { ready: true }
      } catch (error) {
        const full = error instanceof SignError && error.code === 'KEY_STORAGE_FULL'
        return { ready: false, reason: full ? 'KEY_STORAGE_FULL' : 'KEY_STORAGE_UNAVAILABLE' }
      }
    },
    async keys(signal) {
      signal.throwIfAborted()
      const records = await vault.keys()
      signal.throwIfAborted()
      return records.flatMap((record) => signingKey(record, ports) ?? [])
    },
    stored: async () => (await vault.keys()).flatMap((record) => storedKey(record) ?? []),
    algorithms: () => (algorithms ??= generatable(ports.engine)),
    create: (request, signal) => create(request, signal, vault, ports),
    adopt: (key, signal) => adopt(key, signal, vault, ports),
    async rename(id, label) {
      if (label.trim() === '') throw new RangeError('a key needs a name')
      return described(await vault.changeKey(id, (record) => ({ ...record, label: label.trim() })))
    },
    async installCertificate(id, certificate, chain) {
      const { privateKeys } = await vault.key(id)
      await proveKeys(ports.engine, privateKeys, parseCertificate(certificate).spki, ports.random.bytes(32))
      return described(await vault.changeKey(id, (record) => ({ ...record, certificate, chain })))
    },
    remove: (id) => vault.removeKey(id),
    async touch(id) {
      await vault.changeKey(id, (record) => ({ ...record, lastUsedAt: ports.clock.now() }))
    },
  }
}

async function create(request: NewKey, signal: AbortSignal, vault: Vault, ports: Ports): Promise<StoredKey> {
  signal.throwIfAborted()
  const { engine } = ports
  const pair = await generatePair(engine, request.algorithm, request.backup !== null)
  const { subject: name, notBefore, notAfter } = request
  const { spki, mechanism } = pair
  const certificate = await buildSelfSigned({ name, spki, mechanism, notBefore, notAfter }, ports, (octets) =>
    signWith(engine, [pair.privateKey], mechanism, octets),
  )
  signal.throwIfAborted()
  await request.backup?.(pair.privateKey, certificate, signal)
  const privateKeys = await keysToStore(engine, request.algorithm, pair)
  return keep(
    {
      label: request.label?.trim() || request.subject.commonName,
      privateKeys,
      certificate,
      chain: [],
      backedUp: request.backup !== null,
    },
    signal,
    vault,
    ports,
  )
}

async function adopt(key: AdoptedKey, signal: AbortSignal, vault: Vault, ports: Ports): Promise<StoredKey> {
  if (key.privateKeys.length === 0) throw new RangeError('no key')
  if (key.privateKeys.some((one) => one.extractable)) throw new RangeError('an extractable key is not kept')
  await proveKeys(ports.engine, key.privateKeys, parseCertificate(key.certificate).spki, ports.random.bytes(32))
  return keep(key, signal, vault, ports)
}

/** Writes strictly, reads again, and lets what was read sign: only then is there a key. Otherwise there is nothing. */
async function keep(key: AdoptedKey, signal: AbortSignal, vault: Vault, ports: Ports): Promise<StoredKey> {
  const record: KeyRecord = {
    ...key,
    id: toHex(ports.random.bytes(16)),
    createdAt: ports.clock.now(),
    lastUsedAt: null,
  }
  signal.throwIfAborted()
  await vault.addKey(record)
  try {
    const read = await vault.key(record.id)
    if (!equalBytes(read.certificate, record.certificate)) throw new Error('another certificate came back')
    if (read.privateKeys.length !== record.privateKeys.length) throw new Error('a key did not come back')
    await proveKeys(ports.engine, read.privateKeys, parseCertificate(read.certificate).spki, ports.random.bytes(32))
    signal.throwIfAborted()
    return described(read)
  } catch (cause) {
    await vault.removeKey(record.id).catch(() => undefined)
    if (isAbort(cause)) throw cause
    throw new SignError('KEY_CREATION_FAILED', 'the key was made, but the stored one does not sign', { cause })
  }
}

function signingKey(record: KeyRecord, ports: Ports): SigningKey | null {
  const stored = storedKey(record)
  if (!stored) return null
  return {
    id: stored.id,
    label: stored.label,
    signer: stored.signer,
    async sign(dtbs, mechanism, signal) {
      signal.throwIfAborted()
      const value = await signWith(ports.engine, record.privateKeys, mechanism, dtbs)
      signal.throwIfAborted()
      return value
    },
  }
}

function described(record: KeyRecord): StoredKey {
  const { id, label, certificate, chain, createdAt, lastUsedAt, backedUp } = record
  const mechanisms = mechanismsOf(record.privateKeys, parseCertificate(certificate).spki)
  return { id, label, signer: { certificate, chain, mechanisms }, createdAt, lastUsedAt, backedUp }
}

/** A record whose certificate cannot be read is left alone and not shown. */
function storedKey(record: KeyRecord): StoredKey | null {
  try {
    return described(record)
  } catch {
    return null
  }
}
