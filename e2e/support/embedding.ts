// A browser as people have it, for everything that happens in a frame. Playwright's defaults make such tests lie: it disables storage
// partitioning and popup blocking, and its contexts are incognito-like. All three are undone here; a canary test proves it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { chromium, type BrowserContext } from '@playwright/test'
import { chromiumLaunch } from '../../scripts/chromium.mjs'
import { fileStore } from '../../scripts/file-store.mjs'
import { serve, serveApp, type Served } from '../../scripts/serve.mjs'

/** Chrome's default; "block third-party cookies"; blocked, with access granted once before. */
export type ThirdPartyStorage = 'default' | 'blocked' | 'granted'

/** The very string of `--disable-features` that Playwright passes, read from its own code. */
function playwrightFeatures(): string {
  const core = createRequire(import.meta.url).resolve('playwright-core/lib/coreBundle')
  const list = /disabledFeatures = \[([\s\S]*?)\]\.filter\(Boolean\)/.exec(readFileSync(core, 'utf8'))?.[1]
  const names = [...(list ?? '').replaceAll(/\/\/.*$/gm, '').matchAll(/"([^"]+)"/g)].map(([, name]) => name)
  if (!names.includes('ThirdPartyStoragePartitioning')) throw new Error('Playwright keeps its features elsewhere now')
  return `--disable-features=${names.join(',')}`
}

function preferences({ storage: kind, loopback }: EmbeddingOptions, app: string, crm: string): unknown {
  const site = (origin: string) => `${new URL(origin).protocol}//${new URL(origin).hostname}`
  const now = String((BigInt(Date.now()) + 11_644_473_600_000n) * 1000n)
  const granted = { setting: 1, last_modified: now, expiration: '0', lifetime: '0' }
  const reach = { setting: loopback?.permission === 'denied' ? 2 : 1 }
  const ofSites = { [`${app},*`]: reach, [`${crm},*`]: reach }
  const exceptions = {
    ...(kind === 'granted' && { storage_access: { [`${site(app)},${site(crm)}`]: granted } }),
    ...(loopback && loopback.permission !== 'ask' && { loopback_network: ofSites, local_network_access: ofSites }),
  }
  return { profile: { cookie_controls_mode: kind === 'default' ? 2 : 1, content_settings: { exceptions } } }
}

export type Embedding = Readonly<{ context: BrowserContext; app: Served; crm: Served; close: () => Promise<void> }>

export type LoopbackOptions = Readonly<{
  /** What was answered once before, for both sites. */
  permission: 'granted' | 'denied' | 'ask'
  /** False: the CRM's frame has no `allow` for it. */
  delegated: boolean
  /** HOME with the NSS database that trusts the bridge's certificate. */
  home: string
}>

export type EmbeddingOptions = Readonly<{
  storage: ThirdPartyStorage
  /** Headers of the CRM's pages. */
  crmHeaders?: Readonly<Record<string, string>>
  /** `sandbox` of the signer's frame; null: none. */
  sandbox?: string | null
  /** Whether config.json names the CRM. */
  listed?: boolean
  /** More sites that may embed; may grow. */
  embedders?: string[]
  /** False: a host that sends no frame-ancestors, as a static host without headers. */
  frameAncestors?: boolean
  /** Passkeys belong to names, never to addresses. The CRM is then on the other. Default 127.0.0.1. */
  appHost?: '127.0.0.1' | 'localhost'
  /** Answers of the CRM's server beside its files. */
  crmOverrides?: Readonly<Record<string, () => string>>
  /** Both sites count as public, as they are in life, so that reaching a program of this machine needs the permission. */
  loopback?: LoopbackOptions
  /**
   * Whether storage is partitioned, as in every browser that people have. False, or E2E_PARTITIONING=off for the whole run: as
   * Playwright has it, where embedding stories prove nothing and the canary goes red.
   */
  partitioned?: boolean
  /** Changes to config.json. */
  config?: Readonly<Record<string, unknown>>
}>

/** The built app and the demo CRM on two sites (127.0.0.1 and localhost), and a fresh profile. */
export async function openEmbedding(options: EmbeddingOptions): Promise<Embedding> {
  const { appHost = '127.0.0.1', crmOverrides = {} } = options
  const { crmHeaders = {}, sandbox = null, listed = true, config = {}, loopback } = options
  const embedders = options.embedders ?? []
  const stores: string[] = []
  const partitioned = options.partitioned ?? process.env['E2E_PARTITIONING'] !== 'off'
  const root = join(process.cwd(), 'dist/app')
  const bare = { '/config.json': () => JSON.stringify({ version: 1, embedders, ...config }) }
  const app =
    options.frameAncestors === false
      ? await serve({ root, host: appHost, overrides: bare })
      : await serveApp({ root, host: appHost, embedders, config: { storage: stores, ...config } })
  const overrides = { ...crmOverrides, '/settings.json': () => JSON.stringify({ signer: app.origin }) }
  const crm = await serve({
    root: join(process.cwd(), 'dist/crm'),
    host: appHost === 'localhost' ? '127.0.0.1' : 'localhost',
    headers: () => crmHeaders,
    overrides,
    handle: fileStore(),
  })
  if (listed) embedders.push(crm.origin)
  stores.push(crm.origin)
  const profile = mkdtempSync(join(tmpdir(), 'countersign-e2e-'))
  const file = join(profile, 'Default/Preferences')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(preferences(options, app.origin, crm.origin)))
  const features = playwrightFeatures()
  const launch = chromiumLaunch()
  const context = await chromium.launchPersistentContext(profile, {
    ...launch,
    // What is ignored is also taken out of `args`: unpartitioned, the features stay as Playwright gives them.
    ignoreDefaultArgs: ['--disable-popup-blocking', ...(partitioned ? [features] : [])],
    args: [
      ...launch.args,
      ...(partitioned ? [features.replace('ThirdPartyStoragePartitioning,', '')] : []),
      ...(loopback ? [`--ip-address-space-overrides=${[app, crm].map(publicPort).join()}`] : []),
    ],
    ...(loopback && { env: { ...process.env, HOME: loopback.home } as Record<string, string> }),
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
  })
  if (sandbox !== null) await context.addInitScript(sandboxFrames, sandbox)
  if (loopback?.delegated === false) await context.addInitScript(withoutAllow)
  const close = async () => {
    await context.close()
    await Promise.all([app.close(), crm.close()])
    rmSync(profile, { recursive: true, force: true })
  }
  return { context, app, crm, close }
}

const publicPort = ({ origin }: Served): string => `127.0.0.1:${new URL(origin).port}=public`

/** A CRM that delegates nothing to the frames it makes. */
function withoutAllow(): void {
  const ignored = {
    get: () => '',
    set() {
      // What the SDK asks for is dropped.
    },
  }
  Object.defineProperty(HTMLIFrameElement.prototype, 'allow', ignored)
}

/** A CRM that puts every frame it makes into a sandbox. */
function sandboxFrames(tokens: string): void {
  if (window.parent !== window || location.hostname !== 'localhost') return
  const create = document.createElement.bind(document)
  document.createElement = ((name: string) => {
    const element = create(name)
    if (name === 'iframe') element.setAttribute('sandbox', tokens)
    return element
  }) as typeof document.createElement
}
