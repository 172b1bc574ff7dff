// A manager at the record of an emulated portal.
import type { Page } from '@playwright/test'
import type { Emulator, StoredFile } from './portal.ts'

export const app = (page: Page) => page.frameLocator('#app')

/** Presses the page's button, and opens the window that the frame asks for. */
export async function inWindow(page: Page, button: string | RegExp): Promise<Page> {
  await app(page).getByRole('button', { name: button }).click()
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    app(page).frameLocator('#signer iframe').getByRole('button', { name: 'Open the window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

/** The window closes by itself once the host has the file. */
export async function closedBy(popup: Page, act: () => Promise<void>): Promise<void> {
  const closed = popup.waitForEvent('close')
  await act()
  await closed
}

export const told = ({ state }: Emulator): string[] => state.timeline.map(({ title }) => String(title))
export const row = (page: Page, text: string) => app(page).getByRole('listitem').filter({ hasText: text })

/** What lies in the field for signed copies, the newest last. */
export const copies = ({ state }: Emulator): StoredFile[] => state.item['ufCrmSigned'] ?? []

/** A file that came back by e-mail, put into the field; the card is open, and whoever is there comes back to it. */
export async function bringBack(page: Page, portal: Emulator, bytes: Uint8Array): Promise<void> {
  const name = copies(portal).at(-1)?.name ?? 'contract.pdf'
  copies(portal).push({ id: 100 + copies(portal).length, name, bytes: Buffer.from(bytes) })
  await app(page)
    .locator('body')
    .evaluate(() => dispatchEvent(new Event('focus')))
}

/** A contact as `crm.contact.get` answers. */
export function person(name: string, id: number, emails: readonly string[]) {
  const [NAME, LAST_NAME] = name.split(' ')
  return [id, { NAME, LAST_NAME, EMAIL: emails.map((VALUE) => ({ VALUE })) }] as const
}
