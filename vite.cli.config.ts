import { readFileSync } from 'node:fs'
import { defineConfig } from 'vite'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

// The command line as one file that Node ≥ 20 runs without node_modules beside it.
export default defineConfig({
  cacheDir: '.cache/vite-cli',
  publicDir: false,
  define: { __VERSION__: JSON.stringify(version) },
  ssr: { noExternal: true, target: 'node' },
  build: {
    outDir: 'dist/cli',
    target: 'node20',
    ssr: 'src/cli/countersign.ts',
    rollupOptions: { output: { entryFileNames: 'countersign.js' } },
  },
})
