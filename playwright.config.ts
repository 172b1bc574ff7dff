import { defineConfig } from '@playwright/test'
import { chromiumLaunch } from './scripts/chromium.mjs'

// Stories by user, tagged @main, @embed, @tokens, @envelope …: `npm run e2e -- --grep @tag`. The site under test is a fixture
// (e2e/support/test.ts), not a webServer, so that every worker has ports of its own.
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 2,
  retries: process.env['CI'] ? 1 : 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    screenshot: 'only-on-failure',
    launchOptions: chromiumLaunch(),
  },
})
