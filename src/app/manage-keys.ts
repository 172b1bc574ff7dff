import type { KeyErrorCode } from '../core/errors.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type {
  KeyBackup,
  KeyPlace,
  KeyProvider,
  KeyStore,
  Mechanism,
  NewKeyAlgorithm,
  SigningKey,
  SubjectName,
  TokenProvider,
} from '../core/keys.ts'
import { encodePem } from '../core/bytes/pem.ts'
import type { Clock } from '../core/ports.ts'
import { SignError } from '../core/errors.ts'
import type { CertificateFacts } from '../core/validation/facts.ts'
import { byUse, cardOf, unreadableBy } from './key-card.ts'
import { safeName } from './name-files.ts'
import { newKeyOf } from './new-key.ts'

/** Names a key among all providers; plain data, stable over reloads. */
export type KeyRef = Readonly<{ provider: string; id: string }>

/** Judged by this computer's clock at the time of listing. */
export type ValidityState = 'valid' | 'expires-soon' | 'expired' | 'not-yet-valid'

/** Everything a page shows of one key. */
export type KeyCard = Readonly<{
  ref: KeyRef
  label: string
  place: KeyPlace
  /** The token's own name; null: none. */
  device: string | null
  certificate: CertificateFacts
  /** DER, without the leaf. */
  chain: readonly Uint8Array[]
  mechanisms: readonly Mechanism[]
  validity: ValidityState
  /**
   * Null: may sign documents. `KEY_USAGE_FORBIDS`: neither digitalSignature nor nonRepudiation. `KEY_MECHANISM_MISSING`: what
   * holds the key cannot sign with it.
   */
  maySign: null | KeyErrorCode
  selfSigned: boolean
  /** Common verifiers that cannot read this algorithm's signatures yet, as they call themselves: 'pdfsig', 'OpenSSL 3.0' … */
  unreadableBy: readonly string[]
  createdAt: Date | null
  lastUsedAt: Date | null
  /** False for a key of this browser means: gone with the browser's data. */
  backedUp: boolean
  /** Kept by this app: rename, delete and install a certificate work. */
  managed: boolean
}>

/** One provider's answer. A provider that cannot be reached never hides the keys of the others. */
export type ProviderState = Readonly<{
  provider: string
  place: KeyPlace
  /** Null: it can be asked. */
  unavailable: KeyErrorCode | null
  /** False: its keys are not in the listing yet; `open` may ask for a PIN or a device. */
  opened: boolean
}>

export type KeyListing = Readonly<{ keys: readonly KeyCard[]; providers: readonly ProviderState[] }>

export type AlgorithmChoice = Readonly<{
  algorithm: NewKeyAlgorithm
  /** False where this browser cannot generate it. */
  available: boolean
  isDefault: boolean
  unreadableBy: readonly string[]
}>

export type CreateKeyRequest = Readonly<{
  algorithm: NewKeyAlgorithm
  label?: string
  subject: SubjectName
  /** Whole years from today, 1 to 30. */
  years: number
  backup?: KeyBackup | null
}>

/** What the browser promises about this origin's storage. */
export type StorageState = Readonly<{
  /** Null: this browser does not say. True: it promised not to evict it. */
  persisted: boolean | null
  /** Why keys cannot be kept here at all (private window, denied, full); null when they can. */
  unavailable: KeyErrorCode | null
  usageBytes: number | null
  quotaBytes: number | null
}>

export interface ManageKeys {
  /** The keys kept here and those of the providers opened in this session; never prompts. Usable ones first, then last used, then by name. */
  list(signal?: AbortSignal): Promise<KeyListing>
  /** Asks a token or file provider for its keys; may prompt, so call it from a click. @throws SignError `KEY_*`, AbortError */
  open(provider: string, signal?: AbortSignal): Promise<KeyListing>
  /** The provider's keys leave the listing; its next `open` asks again. */
  close(provider: string): Promise<void>
  /** In the order to offer. Generates one key of each kind the first time (RSA apart), so call it when the form opens. */
  algorithms(): Promise<readonly AlgorithmChoice[]>
  /**
   * Makes the key and its self-signed certificate; resolves only when it was stored, read again and has signed.
   * Asks the browser for `storage.persist()`, so call it from the click.
   *
   * @throws SignError `KEY_*`; nothing half-made is left behind. RangeError on an empty name or a bad country, years or e-mail.
   */
  create(request: CreateKeyRequest, signal?: AbortSignal): Promise<KeyCard>
  /** @throws SignError `KEY_NOT_FOUND` */
  rename(ref: KeyRef, label: string): Promise<KeyCard>
  /** For ever. The page asks first. @throws SignError `KEY_NOT_FOUND` */
  remove(ref: KeyRef): Promise<void>
  /** `pem-chain` is the leaf followed by its chain. */
  exportCertificate(ref: KeyRef, encoding: 'pem' | 'der' | 'pem-chain'): Promise<SignedFile>
  storage(): Promise<StorageState>
  /** Call it from a click; Firefox asks the person. */
  requestPersistence(): Promise<StorageState>
  /** Fingerprint of the certificate that signed last; the picker starts there. */
  lastUsed(): Promise<string | null>
  /** Also fires when another tab changed the keys. Returns the way to stop. */
  onChange(listener: () => void): () => void
}

/** What the pages do not see: the key itself, for the use case that signs. */
export interface KeyAccess {
  /** @throws SignError `KEY_NOT_FOUND`, `KEY_STORAGE_*` */
  find(ref: KeyRef, signal: AbortSignal): Promise<SigningKey>
  used(ref: KeyRef, fingerprint: string): Promise<void>
}

/** For the composition: a key that came otherwise than by `open`, from a provider's own picker, is listed until the page closes. */
export interface KeyHolder {
  hold(provider: string, key: SigningKey): KeyRef
}

export type ManageKeysPorts = Readonly<{
  store: KeyStore
  /** Without the store. */
  providers: readonly KeyProvider[]
  clock: Clock
  persistence: { state(): Promise<Omit<StorageState, 'unavailable'>>; request(): Promise<void> }
  settings: { setting(name: string): Promise<unknown>; putSetting(name: string, value: unknown): Promise<void> }
  onStoreChange: (listener: () => void) => () => void
}>

const LAST_USED = 'last-certificate'
const ALGORITHMS: readonly NewKeyAlgorithm[] = [
  'ECDSA-P256',
  'ECDSA-P384',
  'RSA-2048',
  'RSA-3072',
  'Ed25519',
  'ML-DSA-65',
]

export function createManageKeys(ports: ManageKeysPorts): ManageKeys & KeyAccess & KeyHolder {
  const { store, clock, persistence, settings } = ports
  const opened = new Map<string, readonly SigningKey[]>()
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  for (const provider of ports.providers.filter(isToken)) provider.onChange(() => void look(provider))

  /** A token came or went. What is gone leaves the listing; nothing is asked of a token that came. */
  async function look(provider: KeyProvider): Promise<void> {
    if (!(await provider.availability()).ready) opened.delete(provider.id)
    tell()
  }

  async function list(): Promise<KeyListing> {
    const now = clock.now()
    const providers = await Promise.all(
      [store, ...ports.providers].map((one) => stateOf(one, one === store || opened.has(one.id))),
    )
    const kept = await store.stored().catch(() => [])
    const keys = kept.map((key) => cardOf({ provider: store.id, place: 'browser', key, stored: key, now }))
    for (const provider of ports.providers) {
      for (const key of opened.get(provider.id) ?? []) {
        keys.push(cardOf({ provider: provider.id, place: provider.place ?? 'token', key, stored: null, now }))
      }
    }
    return { keys: keys.filter((card) => card !== null).sort(byUse), providers }
  }

  async function card(ref: KeyRef): Promise<KeyCard> {
    const found = (await list()).keys.find(({ ref: { provider, id } }) => provider === ref.provider && id === ref.id)
    if (!found) throw notFound(ref)
    return found
  }

  function managed(ref: KeyRef): string {
    if (ref.provider !== store.id) throw new RangeError(`keys of ${ref.provider} are not kept by this app`)
    return ref.id
  }

  return {
    async list(signal) {
      signal?.throwIfAborted()
      const listing = await list()
      signal?.throwIfAborted()
      return listing
    },
    async open(id, signal = never()) {
      const provider = ports.providers.find((one) => one.id === id)
      if (!provider) throw new RangeError(`no key provider ${id}`)
      opened.set(id, await provider.keys(signal))
      tell()
      return list()
    },
    async close(id) {
      const provider = ports.providers.find((one) => one.id === id)
      opened.delete(id)
      tell()
      if (provider && isToken(provider)) await provider.disconnect()
    },
    async algorithms() {
      const made = await store.algorithms()
      return ALGORITHMS.map((algorithm) => ({
        algorithm,
        available: made.includes(algorithm),
        isDefault: algorithm === 'ECDSA-P256',
        unreadableBy: unreadableBy(algorithm),
      }))
    },
    async create(request, signal = never()) {
      const wanted = newKeyOf(request, clock.now())
      // Not waited for: Firefox asks the person, who may never answer.
      void persistence.request().catch(() => undefined)
      const { id } = await store.create(wanted, signal)
      return card({ provider: store.id, id })
    },
    async rename(ref, label) {
      await store.rename(managed(ref), label)
      return card(ref)
    },
    remove: async (ref) => store.remove(managed(ref)),
    async exportCertificate(ref, encoding) {
      return certificateFile(await card(ref), encoding)
    },
    async storage() {
      const [state, availability] = await Promise.all([persistence.state(), store.availability()])
      return { ...state, unavailable: availability.ready ? null : availability.reason }
    },
    async requestPersistence() {
      await persistence.request()
      return this.storage()
    },
    async lastUsed() {
      const value = await settings.setting(LAST_USED).catch(() => null)
      return typeof value === 'string' ? value : null
    },
    onChange(listener) {
      listeners.add(listener)
      const stop = ports.onStoreChange(listener)
      return () => {
        listeners.delete(listener)
        stop()
      }
    },
    hold(provider, key) {
      opened.set(provider, [...(opened.get(provider) ?? []).filter(({ id }) => id !== key.id), key])
      tell()
      return { provider, id: key.id }
    },
    async find(ref, signal) {
      const keys = ref.provider === store.id ? await store.keys(signal) : opened.get(ref.provider)
      const found = keys?.find((key) => key.id === ref.id)
      if (!found) throw notFound(ref)
      return found
    },
    async used(ref, fingerprint) {
      await settings.putSetting(LAST_USED, fingerprint)
      if (ref.provider === store.id) await store.touch(ref.id)
    },
  }
}

function isToken(provider: KeyProvider): provider is TokenProvider {
  return 'disconnect' in provider
}

async function stateOf(provider: KeyProvider, opened: boolean): Promise<ProviderState> {
  const availability = await provider.availability()
  return {
    provider: provider.id,
    place: provider.place ?? 'token',
    unavailable: availability.ready ? null : availability.reason,
    opened,
  }
}

function certificateFile(card: KeyCard, encoding: 'pem' | 'der' | 'pem-chain'): SignedFile {
  const name = safeName(card.label)
  const { der } = card.certificate
  if (encoding === 'der') {
    return { name: `${name}.cer`, blob: new Blob([der.slice()]), type: 'application/pkix-cert' }
  }
  const all = encoding === 'pem' ? [der] : [der, ...card.chain]
  return {
    name: `${name}.pem`,
    blob: new Blob(all.map((one) => encodePem('CERTIFICATE', one))),
    type: 'application/x-pem-file',
  }
}

function notFound(ref: KeyRef): SignError {
  return new SignError('KEY_NOT_FOUND', `no key ${ref.id} at ${ref.provider}`, { details: { provider: ref.provider } })
}

const never = (): AbortSignal => new AbortController().signal
