import { useSyncExternalStore } from 'react'

/** In the fragment, so that any static host serves every page from one file. */
export const ROUTES = ['sign', 'envelope', 'verify', 'keys', 'company', 'about'] as const
export type Route = (typeof ROUTES)[number]

/** '#/verify?x' is 'verify'; anything unknown is the first page. */
export function routeOf(hash: string): Route {
  const name = hash.replace(/^#\/?/, '').split(/[/?]/)[0]
  return ROUTES.find((route) => route === name) ?? 'sign'
}

export function hrefOf(route: Route): string {
  return `#/${route}`
}

/** '#/verify?signer=…', as the code of a visible signature has it: the first half of a fingerprint, lower-case hex. Null: none. */
export function linkedSigner(hash: string): string | null {
  const signer = new URLSearchParams(hash.split('?')[1] ?? '').get('signer')
  return signer !== null && /^[0-9a-f]{32,64}$/.test(signer) ? signer : null
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, () => routeOf(location.hash))
}
