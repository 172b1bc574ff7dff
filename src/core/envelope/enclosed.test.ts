import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanName, enclosedProblem, isEnclosed, mediaTypeOf, MOST_ENCLOSED, ownNames } from './enclosed.ts'
import { manifestOf, signatory } from './fixtures.contract.ts'
import { encodeManifest, parseManifest, type EnvelopeManifest } from './manifest.ts'

const one = (name: string) => ({
  name,
  mediaType: 'application/pdf',
  size: 5,
  sha256: 'ab'.repeat(32),
  pages: 1,
  attached: true,
})

describe('names', () => {
  test.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\temp\\offer.docx', 'C__temp_offer.docx'],
    ['contract\u202Efdp.exe', 'contract_fdp.exe'],
    ['a\u200Bb\u0000c.pdf', 'a_b_c.pdf'],
    ['\ud800.pdf', '_.pdf'],
    ['CON.txt', '_CON.txt'],
    ['  .hidden. ', 'hidden'],
    ['', 'document'],
    ['Договір №1.pdf', 'Договір №1.pdf'],
  ])('%j becomes %j', (given, clean) => expect(cleanName(given)).toBe(clean))

  test('whatever the name was: clean stays clean, short enough, no separator, nothing unseen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const clean = cleanName(name)
        expect(cleanName(clean)).toBe(clean)
        expect(Array.from(clean).length).toBeLessThanOrEqual(130)
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/u)
        expect(['', '.', '..']).not.toContain(clean)
      }),
    )
  })

  test('each has its own, also on a disk that knows no case, and none is the manifest’s', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a.pdf', 'A.PDF', 'a (2).pdf', 'countersign-envelope.json', 'x'.repeat(200)), {
          maxLength: 30,
        }),
        (names) => {
          const own = ownNames(names)
          expect(enclosedProblem(own.length === 0 ? [one('a')] : own.map(one))).toBeNull()
          for (const name of own) expect(isEnclosed(one(name)), name).toBe(true)
        },
      ),
    )
    expect(ownNames(['a.pdf', 'A.pdf', 'a.pdf'])).toEqual(['a.pdf', 'A (2).pdf', 'a (3).pdf'])
  })

  test('the ending tells the media type, whatever a browser says', () => {
    expect(mediaTypeOf('x.csv', 'application/vnd.ms-excel')).toBe('text/csv')
    expect(mediaTypeOf('x.unknown', 'Text/Plain; charset=utf-8')).toBe('text/plain')
    expect(mediaTypeOf('x', '/Name (evil) Tj')).toBe('application/octet-stream')
  })
})

describe('in the manifest', () => {
  const base = manifestOf([signatory(1)], [['s1']])
  const good: EnvelopeManifest = { ...base, version: 2, enclosures: [one('a.pdf'), one('b.docx')] }
  const codeOf = (manifest: unknown): string => {
    try {
      parseManifest(JSON.stringify(manifest))
      return 'read'
    } catch (error) {
      return (error as { code?: string }).code ?? String(error)
    }
  }

  test('comes back as written; one without enclosed documents is read as ever', () => {
    expect(parseManifest(encodeManifest(good))).toEqual(good)
    expect(parseManifest(encodeManifest(base))).toEqual(base)
  })

  const [a, b] = good.enclosures ?? []
  test.each([
    ['the old version with documents', { ...good, version: 1 }],
    ['the new version without', { ...base, version: 2 }],
    ['an empty list', { ...good, enclosures: [] }],
    ['a name twice but for its case', { ...good, enclosures: [a, { ...b, name: 'A.PDF' }] }],
    ['a path', { ...good, enclosures: [{ ...a, name: '../a.pdf' }] }],
    ['a name that turns around', { ...good, enclosures: [{ ...a, name: 'a\u202Efdp.exe' }] }],
    ['the manifest’s own name', { ...good, enclosures: [{ ...a, name: 'Countersign-Envelope.json' }] }],
    ['a digest in capitals', { ...good, enclosures: [{ ...a, sha256: 'AB'.repeat(32) }] }],
    ['a size of nothing', { ...good, enclosures: [{ ...a, size: 0 }] }],
    ['a media type that is none', { ...good, enclosures: [{ ...a, mediaType: 'pdf' }] }],
    ['no word about where it is', { ...good, enclosures: [{ ...a, attached: undefined }] }],
    ['detached signatures of nothing', { ...base, detached: true }],
    ['too many', { ...good, enclosures: Array.from({ length: MOST_ENCLOSED + 1 }, (_, i) => one(`${i}.pdf`)) }],
    ['two carriers', { ...base, documents: [...base.documents, ...base.documents] }],
  ])('%s is refused with a code', (_, manifest) => expect(codeOf(manifest)).toBe('ENVELOPE_MANIFEST_INVALID'))
})
