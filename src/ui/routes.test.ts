import { expect, test } from 'vitest'
import { hrefOf, routeOf, ROUTES } from './routes.ts'

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
