import type { SignatureLevel } from '../core/formats/format.ts'
import type { DocumentHost } from '../core/host.ts'
import type { KeyProvider, KeyStore } from '../core/keys.ts'
import type { Clock } from '../core/ports.ts'
import type { CertificateRequests } from './certificate-requests.ts'
import type { CompanyCa } from './company-ca.ts'
import type { ImportKeys } from './import-keys.ts'
import type { ConfirmationKind } from './config.ts'
import type { KeyBackups } from './key-backups.ts'
import type { KeyGates } from './key-gates.ts'
import type { LoadedConfig } from './load-config.ts'
import type { KeyRef, ManageKeys } from './manage-keys.ts'
import type { Prompts } from './prompts.ts'
import type { RunEnvelope } from './run-envelope.ts'
import type { SignDocuments } from './sign-documents.ts'
import type { SignedResults } from './signed-results.ts'
import type { StandingGrants } from './standing-grants.ts'
import type { TrustAnchors } from './trust-anchors.ts'
import type { VerifyDocuments } from './verify-documents.ts'

/** Composed once in main.tsx and handed to React; the pages know nothing else of the app. */
export interface Services {
  readonly keys: ManageKeys
  readonly imports: ImportKeys
  readonly backups: KeyBackups
  readonly gates: KeyGates
  readonly grants: StandingGrants
  /** What config.json puts before each act of the standalone page. */
  readonly confirmation: Exclude<ConfirmationKind, 'host'>
  /** Lower-case hex SHA-256. */
  readonly digest: (blob: Blob) => Promise<string>
  readonly requests: CertificateRequests
  readonly companyCa: CompanyCa
  /** Questions of tokens and key files, for the page to show. */
  readonly prompts: Prompts
  readonly documents: SignDocuments
  /** Loaded when the first page asks for it. */
  readonly envelopes: () => Promise<RunEnvelope>
  readonly results: SignedResults
  readonly verification: VerifyDocuments
  readonly anchors: TrustAnchors
  readonly host: DocumentHost
  readonly clock: Clock
  /** Keys of this browser, for those that add to them: an imported file, a company CA's certificate. */
  readonly store: KeyStore
  readonly providers: readonly KeyProvider[]
  /** Level to aim at when the person says nothing: `policy.level` of config.json. */
  readonly level: SignatureLevel
  /** Where config.json was read; null: the page does not say. */
  readonly settings: Pick<LoadedConfig, 'source' | 'date'> | null
  /** Fortify's own picker as the alternative to our list; resolves to the chosen key's reference, null when cancelled. */
  readonly pickToken: (container: HTMLElement, language: string, signal: AbortSignal) => Promise<KeyRef | null>
  /** Turns a same-origin script URL into what Trusted Types let `Worker` and `serviceWorker.register` take. */
  readonly scriptUrl: (url: string) => string
  readonly version: string
}
