import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, expect, type BrowserContext, type Page } from '@playwright/test'
import { chromiumLaunch } from '../../scripts/chromium.mjs'
import { watch, type Complaint } from '../support/test.ts'
import type { Rig } from '../token/rig.mjs'

/** A browser of a person who has Fortify: the profile trusts its TLS certificate and was asked for the loopback permission. */
function profile(origin: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-profile-'))
  mkdirSync(join(folder, 'Default'))
  const allowed = { [`${origin},*`]: { setting: 1 } }
  const exceptions = { loopback_network: allowed, local_network_access: allowed }
  writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify({ profile: { content_settings: { exceptions } } }))
  return folder
}

/** @param origin of the built app */
export async function personWithToken(
  rig: Rig,
  origin: string,
): Promise<{ person: BrowserContext; complaints: Complaint[] }> {
  const env = { ...process.env, HOME: rig.home } as Record<string, string>
  const own = { env, baseURL: `${origin}/`, locale: 'en-US', viewport: { width: 1280, height: 900 } }
  const person = await chromium.launchPersistentContext(profile(origin), { ...chromiumLaunch(), ...own })
  return { person, complaints: await watch(person) }
}

export const cards = (page: Page) => page.getByRole('article').filter({ hasText: 'on the token “Lab”' })

export async function connect(page: Page): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/keys`)
  await page.getByRole('button', { name: 'Token or smart card' }).click()
}

/** Of the token's keys, wherever a page asks for a certificate. */
export async function chooseOnToken(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Who signs' }).getByRole('button').first().click()
  const dialog = page.getByRole('dialog', { name: 'Choose a certificate' })
  await dialog.getByRole('button', { name: new RegExp(name) }).click()
}

/** The third of the envelope's story: her key is on the token, and she gives the PIN at the bridge. */
export function signatoryWithToken(rig: Rig, origin: string, name: string) {
  const begin = async () => {
    const { person, complaints } = await personWithToken(rig, origin)
    const page = await person.newPage()
    await page.goto(`${origin}/`)
    await connect(page)
    await expect(cards(page)).toHaveCount(3)
    return { page, complaints, close: () => person.close() }
  }
  return { name, begin, choose: (page: Page) => chooseOnToken(page, name) }
}
