// A Vite plugin: writes which npm packages and source folders each built file holds and loads, for gates/bundles.mjs.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'

const FILE = 'dist/.modules.json'

/** `node_modules/@a/b/x.js` -> `@a/b`; a source file -> its path from the root. */
function nameOf(id) {
  const clean = id.replace(/^\0/, '').replace(/\?.*$/, '')
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(clean)
  if (inPackage) return inPackage[1]
  return relative(resolve('.'), clean)
}

/** Workers are bundled in a pass of their own, inside the page's: give this to `plugins`, and with `inWorker` to `worker.plugins`. */
export function recordModules(inWorker = false) {
  return {
    name: 'record-modules',
    apply: 'build',
    buildStart() {
      if (!inWorker) rmSync(FILE, { force: true })
    },
    generateBundle(_options, bundle) {
      const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {}
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        known[file.fileName] = {
          entry: file.facadeModuleId ? nameOf(file.facadeModuleId) : null,
          imports: file.imports,
          dynamicImports: file.dynamicImports,
          css: [...(file.viteMetadata?.importedCss ?? [])],
          holds: [...new Set(Object.keys(file.modules).map(nameOf))].sort(),
        }
      }
      mkdirSync('dist', { recursive: true })
      writeFileSync(FILE, JSON.stringify(known, null, 1))
    },
  }
}
