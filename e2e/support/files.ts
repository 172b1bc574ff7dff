import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'

export type Downloaded = { name: string; path: string; bytes: Uint8Array }

/** Does what starts a download and waits for the whole file. */
export async function download(page: Page, act: () => Promise<unknown>): Promise<Downloaded> {
  const [event] = await Promise.all([page.waitForEvent('download'), act()])
  const path = await event.path()
  return { name: event.suggestedFilename(), path, bytes: new Uint8Array(readFileSync(path)) }
}

/** The three widths that every page is looked at, in both themes. Pictures land in test-results/looks/. */
export async function picture(page: Page, name: string, widths: readonly number[] = [360, 768, 1600]): Promise<void> {
  const folder = 'test-results/looks'
  mkdirSync(folder, { recursive: true })
  const before = page.viewportSize()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
  }
  await page.emulateMedia({ colorScheme: null })
  if (before) await page.setViewportSize(before)
}
