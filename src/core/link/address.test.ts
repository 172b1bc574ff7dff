import { describe, expect, test } from 'vitest'
import { buildLink, parseLink, sameObject, type LinkAddress } from './address.ts'

const PAGE = 'https://sign.example/link.html'
const SRC = 'https://files.example/deals/7/contract%2014.pdf?X-Sig=a%2Fb&Expires=9'
const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i)

describe('the address of a signing link', () => {
  test('what is built is read, with or without a key', () => {
    const links: LinkAddress[] = [
      { src: SRC, dst: null, name: 'contract 14.pdf', sha256: null, who: null, key: null },
      { src: SRC, dst: { url: SRC, method: 'PUT' }, name: 'Договор.pdf', sha256: 'ab'.repeat(32), who: 's2', key },
      { src: SRC, dst: { url: 'https://in.example/', method: 'POST' }, name: 'x.pdf', sha256: null, who: null, key },
    ]
    for (const link of links) expect(parseLink(buildLink(PAGE, link))).toEqual(link)
  })

  test('what is built says nothing to the server of the page', () => {
    const { search, pathname } = new URL(
      buildLink(PAGE, { src: SRC, dst: null, name: 'a', sha256: null, who: null, key }),
    )
    expect(search).toBe('')
    expect(pathname).toBe('/link.html')
  })

  test('the query is read as well, and the name is taken from the address when none is given', () => {
    const query = new URLSearchParams({ src: SRC, dst: SRC, method: 'post', utm_source: 'mail' })
    expect(parseLink(`${PAGE}?${query.toString()}`)).toEqual({
      src: SRC,
      dst: { url: SRC, method: 'POST' },
      name: 'contract 14.pdf',
      sha256: null,
      who: null,
      key: null,
    })
  })

  test.each([
    ['nothing at all', '', 'src'],
    ['no source', '#dst=https://files.example/a', 'src'],
    ['a source that is no address', '#src=contract.pdf', 'src'],
    ['a script for a source', '#src=javascript:alert(1)', 'src'],
    ['a local file', '#src=file:///etc/passwd', 'src'],
    ['a password in the address', '#src=https://a:b@files.example/x', 'src'],
    ['a target that is no address', '#src=https://files.example/a&dst=nowhere', 'dst'],
    ['another method', '#src=https://files.example/a&method=DELETE', 'method'],
    ['the source twice', '?src=https://files.example/a#src=https://files.example/b', 'src'],
    ['a digest of another kind', '#src=https://files.example/a&sha256=abc', 'sha256'],
    ['a short key', '#src=https://files.example/a&key=AAAA', 'key'],
    ['a key that is none', '#src=https://files.example/a&key=!!', 'key'],
    ['a key that a server has seen', `?src=https://files.example/a&key=${'A'.repeat(43)}`, 'key'],
  ])('%s is refused, naming the field and never its value', (_, rest, field) => {
    let error: unknown
    try {
      parseLink(PAGE + rest)
    } catch (caught) {
      error = caught
    }
    expect(error).toMatchObject({ code: 'LINK_INVALID', details: { field } })
    expect(JSON.stringify(error) + String(error)).not.toMatch(/files\.example|passwd|AAAA/)
  })

  test('a name is shown as a name: no path, no control or direction characters', () => {
    const name = (text: string) => parseLink(`${PAGE}#${new URLSearchParams({ src: SRC, name: text }).toString()}`).name
    expect(name('../../etc/contract.pdf')).toBe('contract.pdf')
    expect(name('contract\u202efdp.exe\u0000')).toBe('contractfdp.exe')
    expect(name('/')).toBe('document')
    expect(name('x'.repeat(500))).toHaveLength(200)
  })

  test('two signed addresses of one object are the same object', () => {
    expect(sameObject(`${SRC}`, `${SRC.split('?')[0] ?? ''}?X-Sig=other`)).toBe(true)
    expect(sameObject(SRC, SRC.replace('files', 'other'))).toBe(false)
    expect(sameObject(SRC, SRC.replace('/7/', '/8/'))).toBe(false)
  })
})
