import { existsSync } from 'node:fs'
import { test as base, type BrowserContext } from '@playwright/test'
import { serveApp, type Served } from '../../scripts/serve.mjs'

/** What no page of ours may ever show: a blocked resource, an error nobody caught, an error in the console. */
export type Complaint = { kind: 'csp' | 'error' | 'console'; where: string; text: string }

/**
 * Collects complaints of every page and frame of the context. Playwright's own evaluate() is exempt from the CSP, so violations are
 * found by listening (documents) and by the console (workers).
 */
export async function watch(context: BrowserContext): Promise<Complaint[]> {
  const complaints: Complaint[] = []
  await context.exposeBinding('reportViolation', (source, text: string) => {
    complaints.push({ kind: 'csp', where: source.frame.url(), text })
  })
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const page = globalThis as unknown as { reportViolation(text: string): Promise<void> }
      void page.reportViolation(
        `${event.effectiveDirective}: ${event.blockedURI} ${event.sample} (${event.sourceFile}:${event.lineNumber})`,
      )
    })
  })
  context.on('weberror', (error) => {
    complaints.push({
      kind: 'error',
      where: error.page()?.url() ?? '',
      text: error.error().stack ?? String(error.error()),
    })
  })
  context.on('console', (message) => {
    // A browser that a story took offline says so for every request; no other thing gives this error.
    if (message.type() !== 'error' || message.text().includes('net::ERR_INTERNET_DISCONNECTED')) return
    complaints.push({ kind: 'console', where: message.page()?.url() ?? '', text: message.text() })
  })
  return complaints
}

type Fixtures = {
  /** Complaints so far; asserted to be empty at the end of every test. A test that provokes one removes it here. */
  complaints: Complaint[]
}

/** The built app under its production headers, one per worker, on a free port of 127.0.0.1. */
export const test = base.extend<Fixtures, { site: Served }>({
  site: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's dependencies from the pattern
    async ({}, use) => {
      if (!existsSync('dist/app/index.html')) throw new Error('dist/app is missing: npm run e2e builds it')
      const site = await serveApp({ root: `${process.cwd()}/dist/app` })
      await use(site)
      await site.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => use(`${site.origin}/`),
  complaints: [
    async ({ context }, use) => {
      const complaints = await watch(context)
      await use(complaints)
      test.expect(complaints, 'CSP violations, uncaught errors, console errors').toEqual([])
    },
    { auto: true },
  ],
})

export const expect = test.expect
