import { expect, test } from 'vitest'
import { partsOf } from './evidence-parts.ts'

test('pages that a finding names are told from its text', () => {
  expect(partsOf('page 3, 12 0: Stamp; page 5; +2')).toEqual([{ page: 3 }, ', 12 0: Stamp; ', { page: 5 }, '; +2'])
  expect(partsOf('document')).toEqual(['document'])
  expect(partsOf('pages 301–900')).toEqual(['pages 301–900'])
  expect(partsOf('layer “page 4”')).toEqual(['layer “page 4”'])
  expect(partsOf('')).toEqual([])
})
