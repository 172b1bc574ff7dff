#!/usr/bin/env node
// Writes THIRD-PARTY-NOTICES.md: every package that the product's own dependencies bring, with its licence text. A path as
// argument: writes there instead (the build puts it beside the app).
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const FILE = join(root, 'THIRD-PARTY-NOTICES.md')
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages

/** Where `name`, asked for by the package at `from`, is installed: the nearest node_modules upwards. */
function place(from, name) {
  for (let at = from; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (lock[path]) return path
    if (at === '') return null
  }
}

function closure() {
  const found = new Map()
  const visit = (from) => {
    for (const name of Object.keys(lock[from].dependencies ?? {})) {
      const path = place(from, name)
      if (path === null || found.has(path)) continue
      found.set(path, lock[path])
      visit(path)
    }
  }
  visit('')
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The package's licence files, those of what it bundles (fonts, wasm) included. */
function licenceText(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /(^|\/)(licen[cs]e|copying|notice)[^/]*$/i.test(name) && !/node_modules|\.(js|ts|mjs|map)$/.test(name),
  )
  const texts = names
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r', '').trim()
      return name.includes('/') ? `${name}:\n${text}` : text
    })
  return texts.join('\n\n')
}

function licenceOf(folder, entry) {
  const { license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const named = entry.license ?? license?.type ?? license ?? licenses?.[0]?.type ?? ''
  return named === '' || /^https?:/.test(named) ? 'see its text' : named
}

/** Packages with the same licence text stand together. */
const byText = new Map()
const seen = new Set()
for (const [path, entry] of closure()) {
  const folder = join(root, path)
  const name = `${entry.name ?? path.replace(/.*node_modules\//, '')} ${entry.version}`
  if (seen.has(name) || !existsSync(folder)) continue
  seen.add(name)
  const text = licenceText(folder)
  byText.set(text, [...(byText.get(text) ?? []), `${name} (${licenceOf(folder, entry)})`])
}

const sections = [...byText].map(([text, names]) => {
  const body = text === '' ? 'No licence file comes with these; their package.json names the licence given.' : text
  return `## ${names.join(', ')}\n\n\`\`\`text\n${body.replaceAll('```', "'''")}\n\`\`\`\n`
})
const head = `# Third-party notices

Countersign itself is under the MIT licence (LICENSE). It is built with, and its built files hold parts of, the packages below.
Made by \`npm run notices\` from the lockfile and the packages' own licence files.

`
const text = `${head}${sections.join('\n')}`
writeFileSync(process.argv[2] ?? FILE, text)
