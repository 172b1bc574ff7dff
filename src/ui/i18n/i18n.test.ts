import { describe, expect, test } from 'vitest'
import { CONTENT_FINDINGS } from '../../core/pdf/inspect/ids.ts'
import { chooseLocale, loadCatalogue } from './catalogue.ts'
import type { Locale } from './catalogue.ts'
import { english } from './en/index.ts'
import { createI18n } from './i18n.ts'
import { placeholders } from './message.ts'
import type { Message } from './message.ts'

const flat = (catalogue: object): [string, Message][] =>
  Object.entries(catalogue).flatMap(([page, messages]) =>
    Object.entries(messages as Record<string, Message>).map(([name, message]): [string, Message] => [
      `${page}.${name}`,
      message,
    ]),
  )

const forms = (message: Message): readonly string[] =>
  typeof message === 'string' ? [message] : Object.values(message)

test('a value that ends with a full stop ends the sentence with it', async () => {
  const i18n = createI18n('ru', await loadCatalogue('ru'), { timeZone: 'UTC' })
  const date = i18n.date('2029-11-26T12:00:00Z')
  expect(i18n.t('keyring.freshMeans', { date })).toBe('Действителен до 26 ноября 2029 г.')
  expect(i18n.t('hosted.signedBy', { name: 'Disig a.s.' })).toBe('Подписал(а) Disig a.s.')
  expect(i18n.t('hosted.signedBy', { name: 'Анна' })).toBe('Подписал(а) Анна.')
})

// The types demand every key; these look at what types cannot see.
describe.each(['ru', 'uk'] as const)('the %s catalogue', (locale) => {
  test('has exactly the keys of the English one', async () => {
    const other = flat(await loadCatalogue(locale)).map(([key]) => key)
    expect(other.toSorted()).toEqual(
      flat(english)
        .map(([key]) => key)
        .toSorted(),
    )
  })

  test('every form names the same values as the English text', async () => {
    const originals = new Map(flat(english))
    for (const [key, message] of flat(await loadCatalogue(locale))) {
      const original = originals.get(key)
      const wanted = placeholders(typeof original === 'string' ? original : (original?.other ?? ''))
      for (const form of forms(message)) {
        const got = placeholders(form)
        // «Доверять» of one thing needs no number; a number that English shows may be left out, no other value may.
        expect(
          wanted.filter((name) => name !== 'count'),
          `${key}: ${form}`,
        ).toEqual(got.filter((name) => name !== 'count'))
        expect(wanted.includes('count') || !got.includes('count'), `${key}: ${form}`).toBe(true)
      }
    }
  })

  test('is translated: no text of letters equals the English one', async () => {
    const same = new Set(['common.version'])
    const originals = new Map(flat(english))
    const equal = flat(await loadCatalogue(locale)).filter(
      ([key, message]) =>
        typeof message === 'string' && message === originals.get(key) && /[a-z]{3}/i.test(message) && !same.has(key),
    )
    expect(equal.map(([key]) => key).filter((key) => !/position|zoom/.test(key))).toEqual([])
  })

  test('every error says what happened, and then what it means', async () => {
    const { errors } = await loadCatalogue(locale)
    for (const [code, text] of Object.entries(errors)) expect(text.split('\n').length, code).toBe(2)
  })
})

test('every finding in the content of a document has a text', () => {
  for (const id of CONTENT_FINDINGS) expect(english.checks, id).toHaveProperty(id)
})

test('an English error has two parts as well', () => {
  for (const [code, text] of Object.entries(english.errors)) expect(text.split('\n').length, code).toBe(2)
})

describe('plural forms', () => {
  const counted = async (locale: Locale, count: number) =>
    createI18n(locale, await loadCatalogue(locale))
      .t('sign.documents', { count })
      .replace('\u00a0', ' ')

  test.each([
    ['en', 1, '1 document'],
    ['en', 0, '0 documents'],
    ['ru', 1, '1 документ'],
    ['ru', 3, '3 документа'],
    ['ru', 5, '5 документов'],
    ['ru', 11, '11 документов'],
    ['ru', 21, '21 документ'],
    ['ru', 112, '112 документов'],
    ['uk', 1, '1 документ'],
    ['uk', 4, '4 документи'],
    ['uk', 14, '14 документів'],
    ['uk', 500, '500 документів'],
  ] as const)('%s %d: %s', async (locale, count, text) => {
    expect(await counted(locale, count)).toBe(text)
  })
})

describe('words, dates and sizes', () => {
  const i18n = createI18n('en', english, { region: 'en-GB', timeZone: 'Europe/Kyiv' })

  test('a date carries its time zone, in the reader’s own order', () => {
    expect(i18n.dateTime('2026-11-22T06:00:00Z')).toMatch(/^22 November 2026.*08:00.*(GMT\+2|EET)$/)
  })

  test('a time that is none is shown as it stands', () => {
    expect(i18n.date('no date')).toBe('no date')
  })

  test('values with braces, and values like patterns, are put in as they are', () => {
    const text = i18n.t('sign.actFile', { name: '{signer}$&.pdf', signer: 'A' })
    expect(text).toBe('Sign {signer}$&.pdf as A')
  })

  test('bytes are counted in units that people read', () => {
    expect(i18n.bytes(12)).toBe('12 bytes')
    expect(i18n.bytes(184_223)).toBe('184 kB')
    expect(i18n.bytes(4_200_000_000)).toBe('4.2 GB')
  })

  test('a name that no catalogue has is null, even one of Object.prototype', () => {
    expect(i18n.lookup('errors', 'NO_SUCH')).toBeNull()
    expect(i18n.lookup('checks', 'constructor')).toBeNull()
  })
})

test('the first wanted language that is spoken here', () => {
  expect(chooseLocale([null, 'de-DE', 'uk-UA', 'en'])).toBe('uk')
  expect(chooseLocale(['fr'])).toBe('en')
})
