/** What we use of @peculiar/fortify-client-core and the socket library below it, typed; loaded lazily, without eval. */

export interface TokenKeyStorage {
  keys(): Promise<string[]>
  getItem(id: string, algorithm?: Algorithm, extractable?: boolean, usages?: KeyUsage[]): Promise<CryptoKey>
}

export interface TokenCertificateStorage {
  keys(): Promise<string[]>
  getItem(index: string): Promise<object>
  exportCert(format: 'raw', item: object): Promise<ArrayBuffer>
  getChain(item: object): Promise<readonly { type: string; value: ArrayBuffer }[]>
}

export interface TokenCrypto {
  isLoggedIn(): Promise<boolean>
  login(): Promise<unknown>
  logout(): Promise<unknown>
  readonly keyStorage: TokenKeyStorage
  readonly certStorage: TokenCertificateStorage
  readonly subtle: { sign(algorithm: Algorithm, key: CryptoKey, data: Uint8Array): Promise<ArrayBuffer> }
}

export type TokenInfo = Readonly<{
  id: string
  name: string
  card: string
  algorithms: readonly string[]
  /** CK_TOKEN_INFO flags, where the bridge passes them on. */
  token?: { flags: number; label: string }
}>

export interface FortifyClient {
  start(): Promise<void>
  /** Six digits to compare with those that the bridge shows; undefined when this browser is already paired. */
  challenge(): Promise<string | undefined>
  login(): Promise<void>
  finish(): void
  getProviders(): Promise<readonly TokenInfo[]>
  getProviderById(id: string, needLogin: boolean): Promise<TokenCrypto>
}

export type ClientEvents = Readonly<{ closed: () => void; tokensChanged: () => void }>

export async function loadClient(events: ClientEvents): Promise<FortifyClient> {
  await presetProtobuf()
  const { FortifyAPI } = await import('@peculiar/fortify-client-core')
  const api: unknown = new FortifyAPI({
    onDebug: () => undefined,
    onClose: events.closed,
    onProvidersAdded: events.tokensChanged,
    onProvidersRemoved: events.tokensChanged,
    filters: { expired: true, ca: true },
  })
  return api as FortifyClient
}

/** Must stand before client-core or the web component loads: both take `window.protobuf` when it is there. */
export async function presetProtobuf(): Promise<void> {
  const { Field, Type } = await import('./protobuf-lite.ts')
  const scope = globalThis as { protobuf?: unknown }
  scope.protobuf ??= { Field, Type }
}
