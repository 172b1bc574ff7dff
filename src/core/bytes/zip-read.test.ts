import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { SignError } from '../errors.ts'
import { bytesSource } from './byte-source.ts'
import { concatBytes, utf8 } from './bytes.ts'
import { openZip } from './zip-read.ts'
import { parseXml } from './xml-read.ts'

const open = (bytes: Uint8Array) => openZip(bytesSource(bytes))
const codeOf = async (action: () => unknown): Promise<string> => {
  try {
    await action()
    return 'no error'
  } catch (error) {
    return error instanceof SignError ? error.code : String(error)
  }
}

test('stored and deflated entries come back as they were', async () => {
  const text = 'contract '.repeat(100)
  const archive = await open(zipSync({ 'a.txt': [utf8(text), { level: 0 }], 'b/ї.txt': [utf8(text), { level: 9 }] }))
  expect(archive.problems).toEqual([])
  for (const entry of archive.entries) expect(await archive.read(entry)).toEqual(utf8(text))
  expect(archive.entries.map(({ name }) => name)).toEqual(['a.txt', 'b/ї.txt'])
})

test('a bomb, too many files, a damaged file, half a file', async () => {
  const bomb = await open(zipSync({ bomb: [new Uint8Array(8 << 20), { level: 9 }] }))
  expect(await codeOf(() => bomb.read(bomb.entries[0]!))).toBe('FORMAT_LIMIT_EXCEEDED')
  const many = zipSync(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, new Uint8Array(1)])))
  expect(await codeOf(() => open(many))).toBe('FORMAT_LIMIT_EXCEEDED')
  const good = zipSync({ 'a.txt': [utf8('contract'), { level: 0 }] })
  const damaged = await open(good.with(35, 120))
  expect(await codeOf(() => damaged.read(damaged.entries[0]!))).toBe('FORMAT_MALFORMED')
  expect(await codeOf(() => open(good.slice(0, -10)))).toBe('FORMAT_MALFORMED')
})

test('names that readers take differently, and bytes that no entry owns', async () => {
  const twice = await open(zipSync({ 'a.txt': utf8('1'), 'A.TXT': utf8('2'), '../x': utf8('3') }))
  expect(twice.problems.map(({ id }) => id)).toEqual(['zip-duplicate-name', 'zip-unsafe-name'])
  const zip = zipSync({ 'contract.txt': [utf8('x'), { level: 0 }] })
  // The local header says another name than the directory.
  expect(await codeOf(() => open(zip.with(30, 0x64)))).toBe('FORMAT_MALFORMED')
  expect(await codeOf(() => open(concatBytes([zip, utf8('tail')])))).toBe('FORMAT_MALFORMED')
})

test('XML: namespaces and entities; no document type, no unknown entity, no second root', () => {
  const root = parseXml(utf8('<?xml version="1.0"?><a:x xmlns:a="urn:a" b="1 &amp; 2"><y>&#x41;<!-- c -->B</y></a:x>'))
  expect(root).toMatchObject({ namespace: 'urn:a', name: 'x', children: [{ namespace: '', name: 'y', text: 'AB' }] })
  expect(root.attributes.get('b')).toBe('1 & 2')
  for (const bad of [
    '<!DOCTYPE x [<!ENTITY e "1">]><x>&e;</x>',
    '<x>&e;</x>',
    '<x/><y/>',
    '<x><y></x></y>',
    '<a:x/>',
    '<x a="1" a="2"/>',
  ]) {
    expect(() => parseXml(utf8(bad)), bad).toThrow(SignError)
  }
})
