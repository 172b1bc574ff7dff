import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeName, uniqueNames } from './name-files.ts'

test('a name that is there already gets a number before its extension', () => {
  expect(uniqueNames(['a.pdf', 'A.PDF', 'a.pdf', 'b', 'b'])).toEqual(['a.pdf', 'A (2).PDF', 'a (3).pdf', 'b', 'b (2)'])
  expect(uniqueNames(['deal.docx.p7s'], new Set(['deal.docx.p7s']))).toEqual(['deal (2).docx.p7s'])
})

test('a number that is taken is not given again', () => {
  expect(uniqueNames(['a.pdf', 'a (2).pdf', 'a.pdf'])).toEqual(['a.pdf', 'a (2).pdf', 'a (3).pdf'])
})

test('paths, reserved characters and direction overrides do not survive', () => {
  expect(safeName('../../etc/passwd')).toBe('__.._etc_passwd')
  expect(safeName('invoice\u202Efdp.exe')).toBe('invoicefdp.exe')
  expect(safeName('a:b?.pdf. ')).toBe('a_b_.pdf')
  expect(safeName('...')).toBe('file')
})

test('any names become unique file names', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 }), (names) => {
      const unique = uniqueNames(names)
      expect(new Set(unique.map((name) => name.toLowerCase())).size).toBe(names.length)
      for (const name of unique) expect(name).toMatch(/^[^\\/:*?"<>|\p{Cc}]{1,220}$/u)
    }),
  )
})
