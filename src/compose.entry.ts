import { confirmationFor, DEFAULT_CONFIG, type Config } from './app/config.ts'
import type { LoadedConfig } from './app/load-config.ts'
import { createCertificateRequests } from './app/certificate-requests.ts'
import { createCompanyCa } from './app/company-ca.ts'
import { createImportKeys } from './app/import-keys.ts'
import { createKeyBackups } from './app/key-backups.ts'
import { createKeyGates } from './app/key-gates.ts'
import { createManageKeys } from './app/manage-keys.ts'
import { createPrompts } from './app/prompts.ts'
import type { RunEnvelope } from './app/run-envelope.ts'
import type { Services } from './app/services.ts'
import { createSignDocuments } from './app/sign-documents.ts'
import { createSignedResults } from './app/signed-results.ts'
import { createStandingGrants } from './app/standing-grants.ts'
import { createTrustAnchors } from './app/trust-anchors.ts'
import { createVerifyDocuments } from './app/verify-documents.ts'
import { utf8 } from './core/bytes/bytes.ts'
import type { DocumentHost } from './core/host.ts'
import type { KeyProvider } from './core/keys.ts'
import type { Network } from './core/ports.ts'
import { readCertificates } from './core/x509/read-certificates.ts'
import { download } from './hosts/local/download.ts'
import { folderPicker } from './hosts/local/folder.ts'
import { localHost } from './hosts/local/local-host.ts'
import { systemClock } from './platform/clock.ts'
import { digest, sha256 } from './platform/digests.ts'
import { documentFont } from './platform/document-font.ts'
import { browserEngine } from './platform/engine.ts'
import { directNetwork } from './platform/network.ts'
import { openOutbox } from './platform/outbox.ts'
import { persistence } from './platform/persistence.ts'
import { systemRandom } from './platform/random.ts'
import { scriptUrl } from './platform/trusted-types.ts'
import { openVault } from './platform/vault.ts'
import { fortifyProvider } from './providers/fortify/fortify-provider.ts'
import { keyBackup, readBackup, type BackupSecret } from './providers/passkey/backup-box.ts'
import { enrolPasskey, passkeysAvailable } from './providers/passkey/passkey.ts'
import { newRecoveryCode } from './providers/passkey/recovery-code.ts'
import { askConfirmation, enrolConfirmation, passkeysAllowed } from './providers/passkey/presence.ts'
import { askBackupPasskey, restoreKey, summary } from './providers/passkey/restore.ts'
import { webcryptoProvider } from './providers/webcrypto/webcrypto-provider.ts'
import { webUsbProvider } from './providers/webusb/piv-provider.ts'
import type { Usb } from './providers/webusb/usb.ts'
import { connectWorker } from './worker/client.ts'
import { workerUrl } from './worker/worker-url.ts'

export type Composition = Readonly<{
  config?: Config
  /** Where the config comes from, for the page to say. */
  settings?: Pick<LoadedConfig, 'source' | 'date'>
  host?: DocumentHost
  /** Where the keys are: the window's own storage, or that of a Storage Access handle in a third-party frame. */
  keyStorage?: () => IDBFactory | undefined
  /** In another site's page no PIN is asked: what is reached by USB stays to our own windows; Fortify asks for it in its own. */
  framed?: boolean
  /** Host-delegated, relay or direct. */
  network?: Network
}>

/** Builds the app for a page; each entry calls it once. Touches no storage and starts no worker until something is asked. */
export function compose(composition: Composition = {}): Services {
  const { config = DEFAULT_CONFIG, host = localHost() } = composition
  const network = composition.network ?? directNetwork({ origins: config.tsa, relay: config.relay })
  const ownStorage = (): IDBFactory | undefined => globalThis.indexedDB
  const clock = systemClock
  const random = systemRandom
  const vault = openVault(composition.keyStorage ?? ownStorage)
  const spawn = (): Worker => new Worker(scriptUrl(workerUrl), { type: 'module' })
  const worker = connectWorker({ spawn, network })
  const store = webcryptoProvider(vault, { clock, random, engine: browserEngine })
  const prompts = createPrompts()
  const { usb } = navigator as { usb?: Usb }
  const fortify = fortifyProvider({ prompt: prompts.prompt })
  const providers: readonly KeyProvider[] = composition.framed
    ? [fortify]
    : [fortify, webUsbProvider({ prompt: prompts.prompt, usb, devices: config.usbTokens })]
  const keys = createManageKeys({
    store,
    providers,
    clock,
    persistence,
    settings: vault,
    onStoreChange: (listener) => vault.keyChanges.subscribe(listener),
  })
  const anchors = createTrustAnchors({ store: vault, configured: anchorsOf(config), clock })
  const verification = createVerifyDocuments({ worker, anchors, clock, sha256 })
  const results = createSignedResults({
    outbox: openOutbox(ownStorage),
    worker,
    clock,
    random,
    download,
    pickFolder: folderPicker(),
  })
  const documents = createSignDocuments({
    worker,
    keys,
    results,
    verification,
    clock,
    authorities: config.tsa,
    refuse: config.policy.refuse,
  })
  let running: Promise<RunEnvelope> | null = null
  const envelopes = (): Promise<RunEnvelope> =>
    (running ??= import('./app/run-envelope.ts').then(({ createRunEnvelope }) =>
      createRunEnvelope({
        worker,
        keys,
        results,
        anchors,
        clock,
        random,
        engine: browserEngine,
        font: documentFont,
        level: config.policy.level,
        authorities: config.tsa,
        refuse: config.policy.refuse,
      }),
    ))
  const making = { keys, store, clock, ports: { engine: browserEngine, random }, settings: vault }
  return {
    keys,
    imports: createImportKeys({ worker, keys, store, engine: browserEngine }),
    backups: createKeyBackups({
      ...making,
      passkeysAvailable,
      enrolPasskey,
      newRecoveryCode,
      recoverySecret: (code): BackupSecret => ({ kind: 'recovery-code', code }),
      keyBackup,
      readBackup,
      summary,
      askBackupPasskey,
      restoreKey,
    }),
    gates: createKeyGates({
      shelf: vault.gates(),
      clock,
      random,
      engine: browserEngine,
      issuer: location.host,
      enrolPasskey: enrolConfirmation,
      askPasskey: askConfirmation,
      passkeysAllowed,
    }),
    grants: createStandingGrants({ shelf: vault.grants(), clock, origins: config.unattended }),
    confirmation: confirmationFor(config, undefined),
    digest,
    requests: createCertificateRequests(making),
    companyCa: createCompanyCa(making),
    prompts,
    documents,
    envelopes,
    results,
    verification,
    anchors,
    host,
    clock,
    store,
    providers: [store, ...providers],
    scriptUrl,
    level: config.policy.level,
    settings: composition.settings ?? null,
    async pickToken(container, language, signal) {
      const { mountFortifyPicker } = await import('./providers/fortify/mount-picker.ts')
      // The key lives as long as the picker's connection, so it is not released before the page closes.
      const picked = await mountFortifyPicker(container, language, signal)
      return picked && keys.hold('fortify', picked.key)
    },
    version: import.meta.env.VITE_APP_VERSION ?? 'development',
  }
}

function anchorsOf({ anchors }: Config): Parameters<typeof createTrustAnchors>[0]['configured'] {
  return anchors.flatMap(({ pem, purposes }) => readCertificates(utf8(pem)).map((der) => ({ der, purposes })))
}
