// A person at the deal card of the demo CRM, with a key on the signer's own site.
import { expect, type BrowserContext, type FrameLocator, type Page } from '@playwright/test'
import { openEmbedding, type Embedding, type EmbeddingOptions } from './embedding.ts'
import { watch, type Complaint } from './test.ts'

export type Story = Embedding & { page: Page; frame: FrameLocator; complaints: Complaint[] }

export async function beginStory(options: EmbeddingOptions): Promise<Story> {
  const open = await openEmbedding(options)
  const page = open.context.pages()[0] ?? (await open.context.newPage())
  return { ...open, page, frame: page.frameLocator('#signer iframe'), complaints: await watch(open.context) }
}

/** The browser itself says in the console that storage was not granted: that is the ladder's first rung, not a fault. */
export const ours = ({ complaints }: Story): Complaint[] =>
  complaints.filter(({ text }) => !text.startsWith('requestStorageAccess:'))

/** As a person does, once, on the signer's own site. */
export async function keyAtHome({ page, app }: Pick<Story, 'page' | 'app'>, name = 'Anna Berg'): Promise<void> {
  await page.goto(`${app.origin}/#/keys`)
  await page.getByRole('button', { name: 'New key' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByRole('button', { name: 'Create key' }).click()
  await expect(page.getByRole('article').filter({ hasText: name })).toBeVisible()
}

/** The Sign button of the frame, live: wholly visible for as long as it takes. */
export async function pressGuarded(frame: FrameLocator, name: RegExp): Promise<void> {
  const button = frame.getByRole('button', { name })
  await expect(button).toHaveAttribute('data-visibility', 'clear')
  await button.click()
}

/** The window was left without an act: the frame has seen it, and is left too. */
export async function leaveAfter(popup: Page, frame: FrameLocator): Promise<void> {
  await popup.close()
  await expect(frame.getByText('CONSENT_WINDOW_CLOSED')).toBeVisible()
  // Cancel takes the frame away under the click: it is pressed after the test has its answer.
  const cancel = frame.getByRole('button', { name: 'Cancel' })
  await cancel.evaluate((button: HTMLElement) => void setTimeout(() => button.click()))
}

export async function windowOf({ context, frame }: { context: BrowserContext; frame: FrameLocator }): Promise<Page> {
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    frame.getByRole('button', { name: 'Sign in a window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}
