// A host page that asks for one signature by the published SDK.
import { readFileSync } from 'node:fs'
import { expect, type FrameLocator, type Page } from '@playwright/test'
import type { createSigner } from '../../src/host-sdk/index.ts'
import type { Embedding } from '../support/embedding.ts'

export type Values = Record<string, string | boolean | readonly string[]>
type Sdk = { createSigner: typeof createSigner }
type Wanted = { sdk: string; origin: string; pdf: number[]; name: string; fields: Values; late: number }

/** A key of Anna Berg on the signer's own site; then the host's page. */
export async function anna({ context, app, crm }: Embedding): Promise<Page> {
  const page = context.pages()[0] ?? (await context.newPage())
  await page.goto(`${app.origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Anna Berg')
  await page.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByRole('article')).toContainText('Anna Berg')
  await page.goto(crm.origin)
  return page
}

export const frameOf = (page: Page): FrameLocator => page.frameLocator('#here iframe')

/**
 * Asks for a signature under the file.
 *
 * @param late ms that the host takes to read it
 * @returns resolves with the signed bytes or the code of the refusal
 */
export async function ask(
  page: Page,
  { app }: Pick<Embedding, 'app'>,
  { name, buffer }: Readonly<{ name: string; buffer: Buffer }>,
  fields: Values = {},
  late = 0,
): Promise<() => Promise<number[] | string>> {
  const sdk = readFileSync('dist/sdk/countersign.js', 'utf8')
  const wanted: Wanted = { sdk, origin: app.origin, pdf: [...buffer], name, fields, late }
  await page.evaluate(async ({ sdk, origin, pdf, name, fields, late }) => {
    const url = URL.createObjectURL(new Blob([sdk], { type: 'text/javascript' }))
    const { createSigner } = (await import(url)) as Sdk
    const container = document.body.appendChild(document.createElement('div'))
    container.id = 'here'
    container.style.cssText = 'position:fixed;inset:0;z-index:9;background:#fff'
    const blob = new Blob([new Uint8Array(pdf)], { type: 'application/pdf' })
    const loadDocument = async () => {
      await new Promise((resolve) => setTimeout(resolve, late))
      return { blob, version: '1' }
    }
    const signer = createSigner({ src: `${origin}/embed.html`, container, host: { loadDocument } })
    const signed = signer.sign({ documents: [{ name }], fields }).then(
      async (result) => {
        if (result.status !== 'signed') return result.status
        const [document] = result.documents
        const bytes = new Uint8Array(await (document?.blob ?? new Blob()).arrayBuffer())
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
        const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
        return hex === document?.sha256 ? [...bytes] : 'its digest is another'
      },
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    )
    Object.assign(globalThis, { signed })
  }, wanted)
  return () => page.evaluate(() => (globalThis as unknown as { signed: Promise<number[] | string> }).signed)
}
