// Vite plugins: pdf.js's own decoders, maps and fonts beside the app, and a service worker that knows every file by its digest.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = resolve(fileURLToPath(new URL('.', import.meta.url)))
const root = resolve(here, '../..')

/** Folders of pdfjs-dist that pages may need; its script sandbox (quickjs) is not among what is shipped. */
const PDFJS_FOLDERS = ['cmaps', 'iccs', 'standard_fonts', 'wasm']
const NOT_SHIPPED = /quickjs/i

function* filesIn(folder, prefix = '') {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* filesIn(join(folder, entry.name), `${prefix}${entry.name}/`)
    else yield `${prefix}${entry.name}`
  }
}

/** Emits pdfjs/{cmaps,iccs,standard_fonts,wasm}: without them some pages would be blank, and the CSP allows no other origin. */
export function pdfjsAssets() {
  return {
    name: 'pdfjs-assets',
    generateBundle() {
      for (const folder of PDFJS_FOLDERS) {
        const from = join(root, 'node_modules/pdfjs-dist', folder)
        for (const file of filesIn(from)) {
          if (NOT_SHIPPED.test(file)) continue
          this.emitFile({ type: 'asset', fileName: `pdfjs/${folder}/${file}`, source: readFileSync(join(from, file)) })
        }
      }
    },
  }
}

const isStored = (file) => file !== 'sw.js' && file !== 'config.json' && !file.endsWith('.map')

/** Writes sw.js last, when every other file is there to be digested. */
export function offline() {
  let folder = ''
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir)
    },
    closeBundle() {
      const files = {}
      for (const file of filesIn(folder)) {
        if (!isStored(file)) continue
        files[file] = createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')
      }
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
      const list = JSON.stringify(files)
      const build = createHash('sha256').update(list).digest('hex').slice(0, 12)
      const source = readFileSync(join(here, 'sw.js'), 'utf8')
        .replace('__VERSION__', version)
        .replace('__BUILD__', build)
        .replace('__FILES__', list)
      writeFileSync(join(folder, 'sw.js'), source)
    },
  }
}
