// Which files the built pages consist of. Left to itself the bundler makes dozens of small ones, and each costs a page its request, its turn
// on the main thread and its place in a queue: what is always needed together is one file.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const STATIC = /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[^'"()]*?\s+from\s+)?['"](\.[^'"]+)['"]/g

/** A source file and all that it imports statically, as paths. Packages are not looked into. */
function closure(source, seen = new Set()) {
  const file = join(root, source)
  if (seen.has(file)) return seen
  seen.add(file)
  if (!/\.tsx?$/.test(file)) return seen
  for (const [, target] of readFileSync(file, 'utf8').matchAll(STATIC)) {
    closure(join(dirname(source), target.replace(/\?.*$/, '')), seen)
  }
  return seen
}

const REACT = /\/node_modules\/(?:react|react-dom|scheduler)\//

/** For `output.codeSplitting`: the first group that a module is of takes it. */
export function groups() {
  const early = closure('src/embed.entry.ts')
  const frame = closure('src/frame.entry.tsx')
  const desk = new Set([...closure('src/compose.entry.ts'), ...closure('src/ui/pages/embed/hosted-desk.tsx')])
  const page = closure('src/main.tsx')
  const both = (part, whole) => new Set([...part].filter((file) => whole.has(file)))
  const group = (name, priority, files, packages) => ({
    name,
    priority,
    test: (id) => files.has(id) || (packages?.test(id) ?? false),
    includeDependenciesRecursively: false,
  })
  return [
    // What a frame asks of the network and the browser before anything else.
    group('early', 5, early, /\/node_modules\/idb\/|vite\/preload-helper/),
    ...['en', 'ru', 'uk'].map((locale) => group(`words-${locale}`, 5, closure(`src/ui/i18n/${locale}/first.ts`))),
    // What the frame and the app's own page show first.
    group('base', 4, both(frame, page), REACT),
    group('frame', 3, frame),
    // What the frame loads when it can be seen.
    group('page', 2, both(desk, page)),
    group('desk', 1, desk),
  ]
}

/** The built file of `source` and all that it imports statically. */
function builtFrom(bundle, source) {
  const first = Object.values(bundle).find(
    ({ type, moduleIds }) => type === 'chunk' && moduleIds.includes(join(root, source)),
  )
  if (!first) throw new Error(`no built file holds ${source}`)
  const files = new Set()
  const add = (file) => {
    if (files.has(file)) return
    files.add(file)
    for (const next of bundle[file]?.imports ?? []) add(next)
  }
  add(first.fileName)
  return files
}

/**
 * A Vite plugin: a page names in its head what its entry imports lazily and always, so that it is fetched side by side with the entry.
 *
 * @param wanted page -> source files, as `{ 'embed.html': ['src/frame.entry.tsx'] }`
 */
export function preloads(wanted) {
  return {
    name: 'preloads',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle }) {
        const sources = wanted[path.replace(/^\//, '')] ?? []
        const files = new Set(sources.flatMap((source) => [...builtFrom(bundle, source)]))
        return [...files]
          .filter((file) => !html.includes(`/${file}"`))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `./${file}` },
            injectTo: 'head',
          }))
      },
    },
  }
}

const AT_ONCE = /^(?:early|base|frame)$/

/**
 * A Vite plugin: what a frame runs before it can be used is compiled while it comes in, beside the main thread, instead of function by
 * function when each is first called (V8's explicit compile hints: the first line of a file; to other engines it is a comment).
 */
export function compileHints() {
  return {
    name: 'compile-hints',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk' && AT_ONCE.test(file.name)) file.code = `//# allFunctionsCalledOnLoad\n${file.code}`
        }
      },
    },
  }
}
