import { expect, test } from 'vitest'
import { changedWords } from './changed-words.ts'

test('the same words in other spacing are no change', () => {
  expect(changedWords('The price  is\n100', 'The price is 100')).toEqual([])
})

test('what was replaced, added and taken away, in reading order', () => {
  expect(
    changedWords('The price is 100 euro, payable at once', 'The price is 900 euro, payable at once or never'),
  ).toEqual([
    { before: '100', after: '900' },
    { before: '', after: 'or never' },
  ])
  expect(changedWords('a b c d e', 'a e')).toEqual([{ before: 'b c d', after: '' }])
})

test('many words: bounded in number, length and work', () => {
  const words = (count: number, suffix: string) => Array.from({ length: count }, (_, i) => `${i}${suffix}`).join(' ')
  const [one, ...others] = changedWords(words(100_000, 'a'), words(100_000, 'b'))
  expect(others).toEqual([])
  expect(one?.before.length).toBeLessThan(200)
  const alternating = (letter: string) => Array.from({ length: 100 }, (_, i) => `same${i} ${letter}${i}`).join(' ')
  expect(changedWords(alternating('x'), alternating('y'))).toHaveLength(12)
})
