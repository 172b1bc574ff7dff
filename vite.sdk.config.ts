import { defineConfig } from 'vite'

// The host SDK alone: `countersign.js` (ESM) and `countersign.iife.js` (window.Countersign), no dependencies.
export default defineConfig({
  cacheDir: '.cache/vite-sdk',
  publicDir: false,
  build: {
    outDir: 'dist/sdk',
    target: 'es2022',
    minify: true,
    lib: {
      entry: 'src/host-sdk/index.ts',
      name: 'Countersign',
      formats: ['es', 'iife'],
      fileName: (format) => (format === 'es' ? 'countersign.js' : 'countersign.iife.js'),
    },
  },
})
