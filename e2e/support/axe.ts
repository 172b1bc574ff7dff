import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type AxeResult = {
  violations: { id: string; impact: string; help: string; nodes: { html: string; target: unknown }[] }[]
}
type WithAxe = { axe: { run(context: Document, options: unknown): Promise<AxeResult> } }

/** In both themes. */
export async function expectAccessibleThemes(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expectAccessible(page)
  }
  await page.emulateMedia({ colorScheme: null })
}

/** Runs axe on the page as it is now (WCAG 2.2 A and AA, and best practices) and expects nothing found. */
export async function expectAccessible(page: Page, ignoredRules: readonly string[] = []): Promise<void> {
  // In the middle of a change of theme the colours are neither the old nor the new ones.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)))
  await page.evaluate(source)
  const found = await page.evaluate(async (ignored) => {
    const rules = Object.fromEntries(ignored.map((id) => [id, { enabled: false }]))
    const result = await (globalThis as unknown as WithAxe).axe.run(document, { rules })
    return result.violations.map((violation) => ({
      id: violation.id,
      help: violation.help,
      nodes: violation.nodes.map((node) => node.html.slice(0, 200)),
    }))
  }, ignoredRules)
  expect(found, `axe on ${page.url()}`).toEqual([])
}
