#!/usr/bin/env node
// `npm run bitrix24:app -- --signer https://your.host/`: the archive of a static application for the Bitrix24 cloud, which keeps it in its own
// store and opens it by GET. It is the Bitrix24 page and holds no key: the signer and its keys stay at the address given.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import { build, root } from './build.mjs'

/** The store sends no headers of ours; `frame-ancestors` is the portal's own affair there. */
const policy = (signer) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    'connect-src https:',
    `frame-src ${new URL(signer).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

/**
 * @param page text of the built bitrix24.html
 * @param signer address of the folder with embed.html
 * @throws TypeError when the address is no https address (http: only on this computer)
 */
export function pageForStore(page, signer) {
  const url = new URL(signer.endsWith('/') ? signer : `${signer}/`)
  const isLocal = ['localhost', '127.0.0.1'].includes(url.hostname)
  if (url.protocol !== 'https:' && !isLocal) throw new TypeError('--signer must be an https address')
  const meta = '<meta name="countersign-signer" content="./" />'
  if (!page.includes(meta)) throw new TypeError('bitrix24.html has no address of the signer to replace')
  const csp = isLocal ? policy(url.href).replace('connect-src https:', 'connect-src http: https:') : policy(url.href)
  return page
    .replace(meta, `<meta name="countersign-signer" content="${url.href}" />`)
    .replace(/\s*<link rel="icon"[^>]*>/, '')
    .replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${csp}" />`)
}

function* filesIn(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* filesIn(path)
    else yield path
  }
}

/** @returns file name -> bytes: index.html in the root, as the store wants it */
export function archiveFiles(signer) {
  const built = join(root, 'dist/bitrix24')
  const files = {}
  for (const path of filesIn(built)) {
    const name = relative(built, path).split('\\').join('/')
    if (name === 'bitrix24.html') files['index.html'] = Buffer.from(pageForStore(readFileSync(path, 'utf8'), signer))
    else files[name] = readFileSync(path)
  }
  return files
}

function main() {
  const argument = (name) => {
    const at = process.argv.indexOf(name)
    return at < 0 ? undefined : process.argv[at + 1]
  }
  const signer = argument('--signer')
  if (signer === undefined || !URL.canParse(signer)) {
    throw new TypeError('say where the signer is: npm run bitrix24:app -- --signer https://your.host/')
  }
  build('bitrix24')
  const out = resolve(argument('--out') ?? join(root, 'dist/bitrix24-app.zip'))
  mkdirSync(dirname(out), { recursive: true })
  // The same input gives the same archive.
  writeFileSync(out, zipSync(archiveFiles(signer), { level: 9, mtime: '1980-01-01' }))
  console.log(out)
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    main()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
