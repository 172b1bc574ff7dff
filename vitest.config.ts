import { readdirSync, readFileSync } from 'node:fs'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { chromiumLaunch } from './scripts/chromium.mjs'
import { blobStoreCommands } from './src/testing/blob-store-commands.ts'

/** What code and tests import in the browser, subpaths included, by the imports themselves. */
function browserPackages(): string[] {
  const found = new Set<string>(['react/jsx-dev-runtime'])
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || /(^cli\/|\.node\.test\.|\.corpus\.|-node\.ts$)/.test(file)) continue
    const text = readFileSync(`src/${file}`, 'utf8')
    for (const [, name = ''] of text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"]([@a-z][^'"?]*)['"]/g)) {
      if (!/^(node:|vitest|vite\/|pdfjs-dist|@peculiar\/(webcrypto|fortify-webcomponents))/.test(name)) found.add(name)
    }
  }
  return [...found]
}

// One suite, two engines: everything runs in Node and in Chromium, but what needs the file system or only a browser.
export default defineConfig({
  cacheDir: '.cache/vitest',
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
          exclude: ['src/**/*.browser.test.{ts,tsx}'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        // Ours judged by others' verifiers: one JVM and one Python serve all files, so the files run in one process.
        test: {
          name: 'interop',
          include: ['interop/**/*.interop.ts'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        // The acceptance files of ../shared: a table per file. What they and their mutants may hold in memory is bounded.
        test: {
          name: 'corpus',
          execArgv: ['--max-old-space-size=384'],
          include: ['src/**/*.corpus.ts', 'interop/**/*.corpus.ts'],
          environment: 'node',
          testTimeout: 180_000,
        },
      },
      {
        cacheDir: '.cache/vitest-browser',
        // All packages at once: one found late would reload the page under a running test.
        optimizeDeps: { include: browserPackages() },
        test: {
          name: 'chromium',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
          exclude: ['src/**/*.node.test.{ts,tsx}', 'src/cli/**'],
          testTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: blobStoreCommands,
            provider: playwright({ launchOptions: chromiumLaunch() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
