import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Static files for any host: relative base, nothing inlined (the CSP allows no data: scripts), no preload polyfill.
export default defineConfig({
  base: './',
  cacheDir: '.cache/vite',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/app',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: 'index.html' } },
  },
})
