import { defineConfig } from 'vite'

// The command line as one file that Node ≥ 20 runs without node_modules beside it.
export default defineConfig({
  cacheDir: '.cache/vite-cli',
  publicDir: false,
  ssr: { noExternal: true, target: 'node' },
  build: {
    outDir: 'dist/cli',
    target: 'node20',
    ssr: 'src/cli/countersign.ts',
    rollupOptions: { output: { entryFileNames: 'countersign.js' } },
  },
})
