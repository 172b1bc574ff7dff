#!/usr/bin/env node
// The import table of ARCHITECTURE.md, and no cycles. Prints each violation and exits 1.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const src = join(root, 'src')

// Rings of core, left to right: a folder imports only what stands to its left.
const CORE_ORDER = [
  'bytes',
  'link',
  'suites',
  'x509',
  'cms',
  'pkcs12',
  'tsp',
  'revocation',
  'pdf',
  'validation',
  'formats',
  'envelope',
]
const CORE_ROOT = new Set(['ports', 'errors', 'keys', 'host', 'host-envelope', 'algorithms'])

/** Rooms outside core: what each may import besides itself. */
const ROOMS = {
  platform: ['core'],
  providers: ['core', 'platform'],
  hosts: ['core', 'platform', 'host-sdk/protocol'],
  worker: ['core', 'platform'],
  cli: ['core'],
  integrations: ['host-sdk'],
  app: ['core', 'worker/client', 'worker/protocol'],
  ui: ['app', 'core', 'worker/protocol'],
  'host-sdk': [],
  testing: ['core', 'platform'],
}

/** npm packages: which folders may import them. */
const PACKAGES = {
  pkijs: ['core/x509', 'core/cms', 'core/tsp', 'core/revocation', 'core/pkcs12'],
  asn1js: ['core/x509', 'core/cms', 'core/tsp', 'core/revocation', 'core/pkcs12'],
  '@noble/': ['core'],
  qr: ['core/pdf', 'ui'],
  fflate: ['core', 'app'],
  'hash-wasm': ['platform', 'cli'],
  '@peculiar/webcrypto': ['cli', 'testing'],
  'pdfjs-dist': ['ui'],
  idb: ['platform'],
  'pdf-lib': ['app', 'testing'],
  '@peculiar/fortify-client-core': ['providers/fortify'],
  '@peculiar/fortify-webcomponents': ['providers/fortify'],
  '@webcrypto-local/': ['providers/fortify'],
  'react-dom': ['ui', 'main', 'frame', 'popup', 'link'],
  react: ['ui', 'main'],
  '@bitrix24/': ['integrations/bitrix24'],
  'node:': ['cli'],
}

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (/\.tsx?$/.test(entry.name)) yield path
  }
}

const isTest = (path) => /\.(test|contract|corpus)\.tsx?$/.test(path) || path.startsWith('testing/')
const IMPORT =
  /(?:^|[\n;])\s*(?:import|export)\s+(?:type\s+)?(?:[^'"()]*?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/g
const TYPE_ONLY = /^\s*(?:import|export)\s+type\b/

const problems = []
const graph = new Map()

function coreRoom(path) {
  const [, second] = path.split('/')
  return second?.replace(/\.ts$/, '')
}

function allowedCore(from, to) {
  const a = coreRoom(from)
  const b = coreRoom(to)
  if (CORE_ROOT.has(b)) return true
  // core/formats/format.ts and facts.ts are types that the whole of core may name.
  if (to === 'core/validation/facts.ts') return CORE_ROOT.has(a) || CORE_ORDER.indexOf(a) >= CORE_ORDER.indexOf('x509')
  if (CORE_ROOT.has(a)) return b === 'bytes'
  if (a === b) {
    if (a !== 'formats') return true
    const fromFormat = from.split('/')[2]
    const toFormat = to.split('/')[2]
    // The files beside the format folders are the ground that every format may stand on; two of them know all formats.
    const knowsAll = ['registry.ts', 'collect-any.ts']
    if (fromFormat === toFormat || knowsAll.includes(fromFormat)) return true
    if (toFormat.endsWith('.ts') && !knowsAll.includes(toFormat)) return true
    return ['ooxml', 'odf', 'asic'].includes(fromFormat) && ['xades', 'cades'].includes(toFormat)
  }
  if (a === 'validation' && ['formats', 'pdf', 'cms'].includes(b)) return false
  return CORE_ORDER.indexOf(b) < CORE_ORDER.indexOf(a)
}

function allowed(from, to) {
  if (from.startsWith('main.tsx') || /^[a-z-]+\.entry\.tsx?$/.test(from)) return true
  const a = from.split('/')[0]
  const b = to.split('/')[0]
  if (a === 'core') return b === 'core' && allowedCore(from, to)
  if (a === 'providers' || a === 'hosts') {
    if (b === a) return from.split('/')[1] === to.split('/')[1] || to.split('/').length === 2
  }
  if (a === b) return true
  const may = ROOMS[a]
  if (!may) return false
  return may.some((room) => to === room || to.startsWith(`${room}/`) || to.startsWith(`${room}.`))
}

function allowedPackage(from, name) {
  const key = Object.keys(PACKAGES).find((k) =>
    /[/:]$/.test(k) ? name.startsWith(k) : name === k || name.startsWith(`${k}/`),
  )
  if (!key) return false
  return PACKAGES[key].some((room) => from.startsWith(`${room}/`) || from.startsWith(`${room}.`))
}

for (const file of walk(src)) {
  const from = relative(src, file)
  const text = readFileSync(file, 'utf8')
  const edges = []
  graph.set(from, edges)
  for (const match of text.matchAll(IMPORT)) {
    const target = (match[1] ?? match[2] ?? match[3]).replace(/\?.*$/, '')
    if (!target.startsWith('.')) {
      if (!isTest(from) && !allowedPackage(from, target)) problems.push(`${from}: may not import the package ${target}`)
      continue
    }
    const to = relative(src, resolve(dirname(file), target))
    if (to.startsWith('..')) {
      if (!isTest(from)) problems.push(`${from}: imports outside src: ${target}`)
      continue
    }
    if (!isTest(from)) {
      if (isTest(to)) problems.push(`${from}: imports a test: ${to}`)
      else if (!allowed(from, to)) problems.push(`${from}: may not import ${to}`)
    }
    if (!TYPE_ONLY.test(match[0].trimStart())) edges.push(to)
  }
}

const state = new Map()
function visit(node, trail) {
  if (state.get(node) === 'done') return
  if (state.get(node) === 'open') {
    problems.push(`cycle: ${[...trail.slice(trail.indexOf(node)), node].join(' -> ')}`)
    return
  }
  state.set(node, 'open')
  for (const next of graph.get(node) ?? []) if (graph.has(next)) visit(next, [...trail, node])
  state.set(node, 'done')
}
for (const node of graph.keys()) visit(node, [])

for (const problem of problems) console.error(problem)
console.log(`import table: ${graph.size} files, ${problems.length} violations`)
process.exit(problems.length === 0 ? 0 : 1)
