import { defineConfig } from 'vite'

// The demo CRM: another site than the app, as a CRM developer would build it, on the SDK alone.
export default defineConfig({
  root: 'e2e/crm',
  base: './',
  cacheDir: '../../.cache/vite-crm',
  publicDir: '../../public/samples',
  build: {
    outDir: '../../dist/crm',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
