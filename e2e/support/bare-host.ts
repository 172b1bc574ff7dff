// A CRM page with nothing but the published SDK on it: `sdk` is its module, the page makes the rest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type * as sdk from '../../src/host-sdk/index.ts'
import { beginStory, type Story } from './deal.ts'
import type { EmbeddingOptions } from './embedding.ts'

type Sdk = typeof sdk
export type SdkPage = Window & {
  sdk: Sdk
  signer: ReturnType<Sdk['createSigner']>
  /** What the signer said, in order. */
  heard: { event: string; data: Record<string, unknown> }[]
  saved: { id: string; name: string; sha256: string; key: string }[]
}

const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
<body style="margin:0"><div id="signer" style="height:860px"></div>
<script type="module">import * as sdk from './countersign.js'; window.sdk = sdk</script></body></html>`

export const EVENTS = [
  'ready',
  'resize',
  'document-loaded',
  'view-progress',
  'consent',
  'key-required',
  'storage-access-needed',
  'popup-opened',
  'popup-closed',
  'signing',
  'signed',
  'declined',
  'cancelled',
  'error',
  'log',
] as const

export const bareStory = (options: EmbeddingOptions): Promise<Story> =>
  beginStory({
    ...options,
    crmOverrides: {
      '/bare.html': () => HTML,
      '/countersign.js': () => readFileSync(join(process.cwd(), 'dist/sdk/countersign.js'), 'utf8'),
    },
  })

/** Opens the page and places a signer in it that stores what it is given in memory. */
export async function placeSigner({ page, app, crm }: Pick<Story, 'page' | 'app' | 'crm'>): Promise<void> {
  await page.goto(`${crm.origin}/bare.html`)
  await page.waitForFunction(() => 'sdk' in window)
  await page.evaluate(
    ([src, events]) => {
      const host = window as unknown as SdkPage
      const { fetchByHost } = window as unknown as { fetchByHost?: (asked: unknown) => Promise<number[] | null> }
      host.heard = []
      host.saved = []
      host.signer = host.sdk.createSigner({
        src,
        container: document.getElementById('signer') as Element,
        locale: 'en',
        host: {
          loadDocument: async ({ id, name }) => ({ blob: await (await fetch(id)).blob(), name, version: 'v1' }),
          save: async ({ id }, { name, sha256 }, { idempotencyKey: key }) => {
            host.saved.push({ id, name, sha256, key })
            return { version: 'v2' }
          },
          ...(fetchByHost && {
            fetch: async ({ url, kind, body }) => {
              const octets = await fetchByHost({ url, kind, body: body ? Array.from(new Uint8Array(body)) : [] })
              return octets
                ? { status: 200, body: new Uint8Array(octets).buffer }
                : { status: 404, body: new ArrayBuffer(0) }
            },
          }),
        },
      })
      for (const event of events) {
        host.signer.on(event as 'ready', (data) => host.heard.push({ event, data: data as Record<string, unknown> }))
      }
    },
    [`${app.origin}/embed.html`, EVENTS] as const,
  )
  await page.evaluate(() => (window as unknown as SdkPage).signer.ready)
}

export const heard = (page: Page): Promise<SdkPage['heard']> =>
  page.evaluate(() => {
    // A Blob does not cross into the test.
    const host = window as unknown as SdkPage
    return host.heard.map(({ event, data }) => ({ event, data: JSON.parse(JSON.stringify(data)) as typeof data }))
  })
