import { readFileSync } from 'node:fs'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

// The Bitrix24 page alone, for the archive that scripts/bitrix24-app.mjs makes of it.
export default defineConfig({
  base: './',
  cacheDir: '.cache/vite-bitrix24',
  publicDir: false,
  define: { 'import.meta.env.VITE_APP_VERSION': JSON.stringify(version) },
  build: {
    outDir: 'dist/bitrix24',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: 'bitrix24.html' },
  },
})
