import { readdirSync, readFileSync } from 'node:fs'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { recordModules } from './gates/modules-plugin.mjs'
import { compileHints, groups, preloads } from './scripts/chunks.mjs'
import { offline, pdfjsAssets } from './scripts/offline/plugin.mjs'

// Every page at the root is an entry: index, and those that a CRM frames or opens as a window.
const pages = readdirSync('.').filter((name) => name.endsWith('.html'))

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

// Static files for any host: relative base, nothing inlined (the CSP allows no data: scripts), no preload polyfill.
export default defineConfig({
  base: './',
  cacheDir: '.cache/vite',
  define: { 'import.meta.env.VITE_APP_VERSION': JSON.stringify(version) },
  plugins: [
    react(),
    recordModules(),
    pdfjsAssets(),
    preloads({ 'embed.html': ['src/frame.entry.tsx'] }),
    compileHints(),
    offline(),
  ],
  worker: { format: 'es', plugins: () => [recordModules(true)] },
  build: {
    outDir: 'dist/app',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: {
      polyfill: false,
      // What the frame's entry imports lazily stands in its page's head already (`preloads`).
      resolveDependencies: (_file, deps, { hostId, hostType }) =>
        hostType === 'js' && /\bembed-[\w-]+\.js$/.test(hostId) ? [] : deps,
    },
    rollupOptions: {
      input: Object.fromEntries(pages.map((page) => [page.replace('.html', ''), page])),
      output: { codeSplitting: { groups: groups() } },
    },
  },
})
