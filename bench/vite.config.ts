import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The pages that the benchmarks drive: the product's own worker and core, and a small CRM, built as the product is.
export default defineConfig({
  root: 'bench/page',
  base: './',
  publicDir: false,
  cacheDir: '../../.cache/vite-bench',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../../.cache/bench/page',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['index', 'host', 'empty'].map((name) => `bench/page/${name}.html`) },
  },
})
