/** Addresses of this page that may stand in letters and on paper: without what this visit has in the fragment. */
const pageUrl = (): string => `${location.origin}${location.pathname}`

export const verifyUrl = (): string => `${pageUrl()}#/verify`

/** Leads to the page for envelopes, which then knows who comes; the file comes with the letter. */
export const turnUrl = (signatory: string | null): string =>
  signatory === null ? `${pageUrl()}#/envelope` : `${pageUrl()}#/envelope?who=${encodeURIComponent(signatory)}`

/** Who the link was made for: '#/envelope?who=s2'. */
export function presetOf(hash: string): string | null {
  const [route = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  return route === 'envelope' ? new URLSearchParams(query).get('who') : null
}
