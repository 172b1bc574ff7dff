#!/usr/bin/env node
// The SDK's declarations as one file, dist/sdk/countersign.d.ts, and its reference page, docs/sdk.md, out of the same TSDoc.
// Run after tsc has written dist/sdk/types. `--check` fails when docs/sdk.md is not what the source says.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const types = join(root, 'dist/sdk/types')

/** Declarations of a file and of all that it imports, imports first. @returns text without import and export statements */
function gather(file, seen = new Set()) {
  if (seen.has(file)) return []
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  const inner = [...text.matchAll(/from '(\.[^']+)'|^import '(\.[^']+)'/gm)].map(([, from, bare]) => from ?? bare)
  const before = inner.flatMap((path) => gather(join(dirname(file), path.replace(/\.(js|ts)$/, '.d.ts')), seen))
  const own = text
    .replace(/^(?:import|export)\s[^;]*?from '[^']+';\n?/gm, '')
    .replace(/^import '[^']+';\n?/gm, '')
    .replace(/^export \{\};?\n?/gm, '')
    .replace(/^export (?=declare|type|interface)/gm, '')
  return [...before, own.trim()]
}

function exportsOf(entry) {
  const names = { value: [], type: [] }
  for (const [, kind, list] of entry.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    names[kind ? 'type' : 'value'].push(
      ...list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
  }
  return names
}

/** A file's head comment is about the file: not part of what is published. */
const withoutHeads = (text) => text.replace(/^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?=\n|\/\*\*)/gm, '')

const entryFile = join(types, 'index.d.ts')
const names = exportsOf(readFileSync(entryFile, 'utf8'))
const declarations = withoutHeads(gather(entryFile).filter(Boolean).join('\n\n'))
const bundled = `${declarations}

export { ${names.value.join(', ')} };
export type { ${names.type.join(', ')} };
`
writeFileSync(join(root, 'dist/sdk/countersign.d.ts'), bundled)

/** One `{ doc, name, code }` for each top-level declaration. */
function declarationsOf(text) {
  const pattern =
    /(?:^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^((?:declare )?(?:type|interface|class|function|const) (\w+)[\s\S]*?)(?=\n(?:\/\*\*|declare |type |interface |export )|(?![\s\S]))/gm
  return [...text.matchAll(pattern)].map(([, doc, code, name]) => ({ doc, name, code: code.trim() }))
}

function prose(doc = '') {
  const lines = doc.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  const text = lines.join('\n').trim()
  const [body, ...tags] = text.split(/^@/m)
  const out = [body.trim()]
  for (const tag of tags) {
    const [, word, rest] = /^(\w+)\s*([\s\S]*)$/.exec(tag) ?? []
    if (word === 'example') out.push('```ts\n' + rest.trim() + '\n```')
    else out.push(`*${word}*: ${rest.trim().replace(/\s*\n\s*/g, ' ')}`)
  }
  return out.filter(Boolean).join('\n\n')
}

const found = new Map(declarationsOf(bundled).map((one) => [one.name, one]))
const order = [...names.value, ...names.type]
const missing = order.filter((name) => !found.has(name))
if (missing.length > 0) throw new Error(`no declaration found for ${missing.join(', ')}`)

/** @param {string} name */
function section(name) {
  const { doc, code } = found.get(name)
  return [`## ${name}`, prose(doc), '```ts\n' + code.replace(/^declare /, '') + '\n```'].filter(Boolean).join('\n\n')
}

const page = `# Host SDK reference

Generated from the source by \`npm run build\`; do not edit. Three files, no dependencies: \`countersign.js\` (ES module),
\`countersign.iife.js\` (\`window.Countersign\`), \`countersign.d.ts\`. Comments inside the code say units, encodings and errors.

${order.map(section).join('\n\n')}
`
const target = join(root, 'docs/sdk.md')
const before = existsSync(target) ? readFileSync(target, 'utf8') : ''
mkdirSync(dirname(target), { recursive: true })
writeFileSync(target, page)
execFileSync(join(root, 'node_modules/.bin/prettier'), ['--write', '--log-level', 'warn', target], { cwd: root })
if (process.argv.includes('--check') && readFileSync(target, 'utf8') !== before) {
  console.error('docs/sdk.md was not what the source says: it is now')
  process.exitCode = 1
}
rmSync(types, { recursive: true, force: true })
