import type { english } from './en/index.ts'
import type { Translated } from './message.ts'

export type English = typeof english
export type Catalogue = Readonly<{ [Page in keyof English]: Translated<English[Page]> }>

/** What a frame says before the rest of the language has come. */
export type FirstWords = Pick<Catalogue | English, 'common' | 'hosted'>

export type MessageKey = { [Page in keyof English]: `${Page}.${Extract<keyof English[Page], string>}` }[keyof English]
export type EnglishOf<Key extends MessageKey> = Key extends `${infer Page extends keyof English}.${infer Name}`
  ? Name extends keyof English[Page]
    ? English[Page][Name]
    : never
  : never

export const LOCALES = ['en', 'ru', 'uk'] as const
export type Locale = (typeof LOCALES)[number]

/** Each language is its own chunk: a reader of one does not download the others. */
export async function loadCatalogue(locale: Locale): Promise<Catalogue | English> {
  switch (locale) {
    case 'en':
      return (await import('./en/index.ts')).english
    case 'ru':
      return (await import('./ru/index.ts')).russian
    case 'uk':
      return (await import('./uk/index.ts')).ukrainian
  }
}

/** A small chunk of its own, part of the whole. */
export async function loadFirstWords(locale: Locale): Promise<FirstWords> {
  switch (locale) {
    case 'en':
      return (await import('./en/first.ts')).first
    case 'ru':
      return (await import('./ru/first.ts')).first
    case 'uk':
      return (await import('./uk/first.ts')).first
  }
}

/** The first wanted language that we speak ('ru-RU' is 'ru'), else English. */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): Locale {
  for (const tag of wanted) {
    const language = tag?.toLowerCase().split('-')[0]
    const match = LOCALES.find((locale) => locale === language)
    if (match) return match
  }
  return 'en'
}
