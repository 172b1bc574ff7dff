import { expect, test } from 'vitest'
import { inkOn, readableOn } from './accent.ts'

test('what is written on the accent is black or white, whichever reads better', () => {
  expect(inkOn('#1f6feb')).toBe('#ffffff')
  expect(inkOn('#ffb000')).toBe('#000000')
})

test('a colour that can be read stays as it is', () => {
  expect(readableOn('#ffffff', '#1d5bb8')).toBe('#1d5bb8')
  expect(readableOn('#17191d', '#7fb0f5')).toBe('#7fb0f5')
})

test.each([
  ['#f4f5f7', '#ffb000'],
  ['#f4f5f7', '#ffffff'],
  ['#24282e', '#0b5fff'],
  ['#24282e', '#000000'],
])('on %s the accent %s is changed until it can be read, and no further', (ground, accent) => {
  const text = readableOn(ground, accent)
  expect(text).not.toBe(accent)
  expect(readableOn(ground, text)).toBe(text)
})
