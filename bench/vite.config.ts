import { defineConfig } from 'vite'

// The page that the benchmarks drive: the product's own worker and core, built as the product is.
export default defineConfig({
  root: 'bench/page',
  base: './',
  publicDir: false,
  cacheDir: '../../.cache/vite-bench',
  worker: { format: 'es' },
  build: {
    outDir: '../../.cache/bench/page',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
