import { defineConfig } from 'vite'

// The host SDK: one ES module and one script for pages without a bundler. Types come from tsc (src/tsconfig.sdk.build.json).
export default defineConfig({
  cacheDir: '.cache/vite-sdk',
  publicDir: false,
  build: {
    outDir: 'dist/sdk',
    target: 'es2022',
    lib: {
      entry: 'src/host-sdk/index.ts',
      name: 'countersign',
      formats: ['es', 'iife'],
      fileName: (format) => (format === 'es' ? 'countersign.js' : 'countersign.iife.js'),
    },
  },
})
