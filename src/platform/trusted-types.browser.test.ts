import { expect, test } from 'vitest'
import { scriptUrl } from './trusted-types.ts'

test('a script of our own origin passes', () => {
  expect(String(scriptUrl('./worker.js'))).toBe(new URL('./worker.js', location.href).href)
})

test('another origin, data: and blob: URLs are refused', () => {
  for (const url of [
    'https://evil.example/x.js',
    'data:text/javascript,1',
    '//evil.example/x.js',
    'javascript:alert(1)',
  ]) {
    expect(() => scriptUrl(url), url).toThrow(TypeError)
  }
  expect(() => scriptUrl(URL.createObjectURL(new Blob(['1'])))).toThrow(TypeError)
})
