#!/usr/bin/env node
// What each entry loads before it does anything: a gzip ceiling, and packages that must not bleed into it. Run after a build.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { finish } from './finish.mjs'

const KIB = 1024

/**
 * `entry` is the source file whose built closure of static imports is weighed, in KiB of gzip, together with those of `lazily`: what it
 * imports lazily on the way. `never` names packages or source folders that must not be in any of it.
 */
const RULES = [
  {
    name: 'the worker and all that it loads to sign a PDF and any file',
    entry: 'src/worker/core.worker.ts',
    lazily: [
      'src/core/formats/pades/inspect.ts',
      'src/core/formats/pades/prepare.ts',
      'src/core/formats/pades/embed.ts',
      'src/core/formats/cades/sign.ts',
    ],
    ceiling: 60,
    never: ['pkijs', 'asn1js', 'react', 'react-dom', 'pdfjs-dist', 'pdf-lib', '@cantoo/pdf-lib', 'src/providers/'],
  },
  {
    name: 'the page, before the first paint',
    entry: 'index.html',
    ceiling: 160,
    never: ['pkijs', 'asn1js', 'pdfjs-dist', 'pdf-lib', '@cantoo/pdf-lib', '@peculiar/', '@noble/post-quantum'],
  },
  {
    name: 'the frame in a CRM, before the first paint',
    entry: 'embed.html',
    lazily: ['src/frame.entry.tsx', 'src/ui/i18n/uk/first.ts'],
    ceiling: 120,
    never: ['pkijs', 'asn1js', 'pdfjs-dist', 'pdf-lib', '@cantoo/pdf-lib', '@peculiar/', '@noble/post-quantum'],
  },
]

const SDK_FILES = { 'countersign.js': 8, 'countersign.iife.js': 8 }

const gzip = (file) => gzipSync(readFileSync(file), { level: 9 }).length / KIB

/** The entry's file and all that it imports statically, scripts and styles. */
function closure(modules, file, seen = new Set()) {
  if (seen.has(file) || !modules[file]) return seen
  seen.add(file)
  for (const next of modules[file].imports) closure(modules, next, seen)
  return seen
}

/** The built file of `source` that is reached from `file`: page and worker have their own copies. */
function near(modules, file, source, seen = new Set()) {
  if (!modules[file] || seen.has(file)) return null
  seen.add(file)
  if (modules[file].entry === source || modules[file].holds.includes(source)) return file
  for (const next of [...modules[file].imports, ...modules[file].dynamicImports]) {
    const found = near(modules, next, source, seen)
    if (found) return found
  }
  return null
}

function judge(modules, rule) {
  const file = Object.keys(modules).find((name) => modules[name].entry === rule.entry)
  if (!file) return null
  const lazily = (rule.lazily ?? []).map((source) => [source, near(modules, file, source)])
  const missing = lazily
    .filter(([, found]) => !found)
    .map(([source]) => `${source} is not among what ${rule.entry} loads`)
  const all = [...new Set([file, ...lazily.map(([, found]) => found)].flatMap((name) => [...closure(modules, name)]))]
  // Of an entry that only imports no file is written: its page names what it imports.
  const files = all.filter((name) => name !== file || existsSync(join('dist/app', name)))
  const styles = [...new Set(files.flatMap((name) => modules[name].css))]
  const weight = [...files, ...styles].reduce((sum, name) => sum + gzip(join('dist/app', name)), 0)
  const problems = [...missing]
  if (weight > rule.ceiling) problems.push(`weighs ${weight.toFixed(1)} KiB, the ceiling is ${rule.ceiling}`)
  for (const name of files) {
    for (const held of modules[name].holds) {
      const bad = rule.never.find((never) => (never.endsWith('/') ? held.startsWith(never) : held === never))
      if (bad) problems.push(`${name} holds ${held}`)
    }
  }
  const title = `${rule.name}: ${weight.toFixed(1)} of ${rule.ceiling} KiB gzip`
  return { name: title, good: problems.length === 0, output: problems.join('\n') }
}

function judgeSdk() {
  return Object.entries(SDK_FILES).map(([file, ceiling]) => {
    const path = join('dist/sdk', file)
    const weight = gzip(path)
    const text = readFileSync(path, 'utf8')
    const foreign = /\bfrom\s*["'][^"']+["']|\bimport\s*\(|\brequire\(/.exec(text)
    const problems = []
    if (weight > ceiling) problems.push(`weighs ${weight.toFixed(1)} KiB, the ceiling is ${ceiling}`)
    if (foreign) problems.push(`imports something: ${foreign[0]}`)
    return {
      name: `host SDK ${file}: ${weight.toFixed(1)} of ${ceiling} KiB gzip`,
      good: problems.length === 0,
      output: problems.join('\n'),
    }
  })
}

/** Nothing fetched from elsewhere at run time: the only URLs in built scripts that a browser would load are our own. */
function judgeForeignLoads() {
  if (!existsSync('dist/app')) return []
  const pages = readdirSync('dist/app').filter((name) => name.endsWith('.html'))
  const problems = []
  for (const page of pages) {
    const text = readFileSync(join('dist/app', page), 'utf8')
    for (const [, url] of text.matchAll(/(?:src|href)\s*=\s*"((?:https?:)?\/\/[^"]+)"/g))
      problems.push(`${page}: ${url}`)
    if (/<script(?![^>]*\bsrc=)[^>]*>\s*\S/.test(text)) problems.push(`${page}: an inline script, which the CSP blocks`)
    if (/\sstyle=|<style/.test(text)) problems.push(`${page}: inline style, which the CSP blocks`)
  }
  return [{ name: 'pages load nothing foreign or inline', good: problems.length === 0, output: problems.join('\n') }]
}

/** What a frame runs before it can be used says so in its first line, or each of its functions is compiled when a person waits for it. */
function judgeCompileHints() {
  if (!existsSync('dist/app')) return []
  const first = readdirSync('dist/app/assets').filter((name) => /^(?:early|base|frame)-[\w-]+\.js$/.test(name))
  const without = first.filter(
    (name) => !readFileSync(join('dist/app/assets', name), 'utf8').startsWith('//# allFunctionsCalledOnLoad\n'),
  )
  const problems = first.length === 3 ? without : [...without, `${first.length} files instead of three`]
  return [{ name: 'the frame is compiled while it comes in', good: problems.length === 0, output: problems.join('\n') }]
}

const modules = existsSync('dist/.modules.json') ? JSON.parse(readFileSync('dist/.modules.json', 'utf8')) : {}
finish([
  ...RULES.map((rule) => judge(modules, rule)).filter((gate) => gate !== null),
  ...(existsSync('dist/sdk/countersign.js') ? judgeSdk() : []),
  ...judgeForeignLoads(),
  ...judgeCompileHints(),
])
