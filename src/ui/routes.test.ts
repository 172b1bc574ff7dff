import { expect, test } from 'vitest'
import { hrefOf, linkedSigner, routeOf, ROUTES } from './routes.ts'

test('every page has an address that leads to it', () => {
  for (const route of ROUTES) expect(routeOf(hrefOf(route))).toBe(route)
})

test.each([
  ['', 'sign'],
  ['#', 'sign'],
  ['#/verify?x=1', 'verify'],
  ['#/keys/abc', 'keys'],
  ['#/no-such-page', 'sign'],
  ['#/constructor', 'sign'],
] as const)('%s is %s', (hash, route) => {
  expect(routeOf(hash)).toBe(route)
})

test('the code of a visible signature names a certificate, and nothing else is taken for one', () => {
  const half = '0123456789abcdef'.repeat(2)
  expect(linkedSigner(`#/verify?signer=${half}`)).toBe(half)
  for (const hash of [
    '#/verify',
    '#/verify?signer=',
    '#/verify?signer=<b>',
    `#/verify?other=${half}`,
    `#/verify?signer=${half.slice(2)}`,
  ]) {
    expect(linkedSigner(hash)).toBeNull()
  }
})
