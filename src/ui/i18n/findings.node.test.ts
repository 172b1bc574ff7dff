import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { english } from './en/index.ts'

const core = fileURLToPath(new URL('../../core/', import.meta.url))

function sources(folder: string): readonly string[] {
  const names = readdirSync(core + folder, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts') && !/\.(test|corpus|contract)\.ts$/.test(name))
    .map((name) => readFileSync(`${core}${folder}/${name}`, 'utf8').replaceAll(/\s+/g, ' '))
}

/** Every id that the patterns find in the code. */
function idsIn(folders: readonly string[], ...patterns: readonly RegExp[]): readonly string[] {
  const texts = folders.flatMap(sources)
  const found = texts.flatMap((text) => patterns.flatMap((pattern) => [...text.matchAll(pattern)]))
  return [...new Set(found.flatMap((match) => match.slice(1).filter((id) => id !== undefined)))].toSorted()
}

test('every change of a PDF has words', () => {
  const ids = idsIn(
    ['pdf/diff'],
    /suspect\( ?step, '([a-z-]+)'/g,
    /report\( ?step, '[a-z-]+', (?:'[a-z-]+'|null), (?:same \? )?'([a-z-]+)'(?: : '([a-z-]+)')?/g,
    /\? '([a-z-]+)' : '([a-z-]+)', \{ page/g,
    /return '((?:[a-z]+-)?[a-z-]{4,})'/g,
  ).filter((id) => id !== 'changed' && id !== 'added')
  expect(ids.length).toBeGreaterThan(25)
  expect(ids.filter((id) => !(`change-${id}` in english.checks))).toEqual([])
})

test('every finding has words', () => {
  const folders = ['cms', 'formats', 'pdf', 'tsp', 'x509', 'revocation']
  const ids = idsIn(folders, /id: '([a-z0-9-]+)', severity/g)
  expect(ids.length).toBeGreaterThan(30)
  expect(ids.filter((id) => !(id in english.checks))).toEqual([])
})
