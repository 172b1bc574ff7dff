import { importParameters, mechanismsFor } from '../core/algorithms.ts'
import { isAbort, SignError } from '../core/errors.ts'
import type { AdoptedKey, KeyStore } from '../core/keys.ts'
import type { KeyEntry } from '../core/pkcs12/assemble.ts'
import type { Engine } from '../core/ports.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import type { WorkerClient } from '../worker/client.ts'
import type { KeyCard, ManageKeys } from './manage-keys.ts'
import type { Refusal } from '../core/formats/format.ts'
import { refusalOf } from './refusal.ts'

/** What a file gave: each key on its own, so that one that this browser cannot use does not cost the others. */
export type Imported = Readonly<{
  keys: readonly KeyCard[]
  refused: readonly Refusal[]
  /** 'no-mac', 'weak-encryption', 'unknown-bags' */
  warnings: readonly string[]
}>

export interface ImportKeys {
  /**
   * Takes the keys of a PKCS#12 or PEM file into this browser: non-extractable, with their chains; the file's bytes are dropped.
   *
   * @throws SignError `PKCS12_*`, or the first key's refusal when none could be kept; AbortError. No key is half-imported.
   */
  importFile(
    file: Blob,
    password: string,
    options?: { signal?: AbortSignal; onProgress?: (done: number) => void },
  ): Promise<Imported>
}

export type ImportKeysPorts = Readonly<{
  worker: Pick<WorkerClient, 'call'>
  keys: ManageKeys
  store: KeyStore
  engine: Engine
}>

export function createImportKeys({ worker, keys, store, engine }: ImportKeysPorts): ImportKeys {
  return {
    async importFile(file, password, { signal = new AbortController().signal, onProgress } = {}) {
      const opened = await worker.call(
        'openKeyFile',
        { file, password },
        {
          signal,
          onProgress: (_step, done) => onProgress?.(done),
        },
      )
      const ids: string[] = []
      const failures: unknown[] = []
      for (const entry of opened.keys) {
        try {
          ids.push((await store.adopt(await adoptable(entry, engine), signal)).id)
        } catch (error) {
          if (isAbort(error)) throw error
          failures.push(error)
        } finally {
          entry.pkcs8.fill(0)
        }
      }
      if (ids.length === 0 && failures.length > 0) throw failures[0]
      const listed = (await keys.list(signal)).keys
      return {
        keys: listed.filter(({ ref }) => ref.provider === store.id && ids.includes(ref.id)),
        refused: failures.map(refusalOf),
        warnings: opened.warnings,
      }
    },
  }
}

/** One CryptoKey for each scheme and digest that the key's own engine takes. */
async function adoptable(entry: KeyEntry, engine: Engine): Promise<AdoptedKey> {
  if (!entry.certificate) throw new SignError('KEY_CERTIFICATE_MISMATCH', 'the file has no certificate for this key')
  const certificate = parseCertificate(entry.certificate)
  const privateKeys: CryptoKey[] = []
  const made = new Set<string>()
  for (const mechanism of mechanismsFor(certificate.spki)) {
    const parameters = importParameters(mechanism)
    // An ECDSA or EdDSA key signs with every digest: one is enough.
    const name = JSON.stringify(parameters)
    if (made.has(name)) continue
    made.add(name)
    const key = await engine.subtle
      .importKey('pkcs8', entry.pkcs8.slice(), parameters, false, ['sign'])
      .catch(() => null)
    if (key) privateKeys.push(key)
  }
  if (privateKeys.length === 0) {
    const { algorithm } = certificate.publicKey
    throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this browser cannot use the key', { details: { algorithm } })
  }
  const { subject } = certificateFacts(certificate)
  return {
    label: entry.friendlyName ?? subject.commonName ?? subject.text,
    privateKeys,
    certificate: entry.certificate,
    chain: entry.chain,
    // The file that it came from is the backup.
    backedUp: true,
  }
}
