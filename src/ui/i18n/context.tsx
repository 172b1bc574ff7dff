import { createContext, use, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { chooseLocale, loadCatalogue, LOCALES } from './catalogue.ts'
import type { FirstWords, Locale } from './catalogue.ts'
import { createI18n } from './i18n.ts'
import type { I18n } from './i18n.ts'
import { remember, usualLocale } from './locale-choice.ts'

type Language = Readonly<{
  i18n: I18n
  /** False while only the first words are here. */
  isWhole: boolean
  locale: Locale
  setLocale: (locale: Locale) => void
}>

/** What is there before the language is loaded as a whole, which waits for `until`: what was asked first comes first. */
export type Opening = Readonly<{ locale: Locale; words: FirstWords; until?: Promise<void> }>

const LanguageContext = createContext<Language | null>(null)

/** How this reader writes dates in that language: 'en-GB' for 'en' when the browser says so. */
function regionOf(locale: Locale): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${locale}-`)) ?? locale
}

type Props = Readonly<{ locale?: string | undefined; opening?: Opening | null; children: ReactNode }>

/** `locale` from a host wins over the remembered choice, which wins over the browser's languages. */
export function LanguageProvider({ locale: fixed, opening = null, children }: Props) {
  const [picked, setPicked] = useState<Locale | null>(null)
  // Where a host has said it, nothing is asked of the browser's storage, which answers the first question of a page slowly.
  const usual = useMemo(() => (fixed === undefined ? usualLocale() : chooseLocale([fixed])), [fixed])
  const chosen = fixed === undefined ? (picked ?? usual) : usual
  const [spoken, setSpoken] = useState<Pick<Language, 'i18n' | 'isWhole'> | null>(() =>
    opening?.locale === chosen
      ? { i18n: createI18n(chosen, opening.words, { region: regionOf(chosen) }), isWhole: false }
      : null,
  )

  useEffect(() => {
    let current = true
    const until = opening?.locale === chosen ? opening.until : undefined
    Promise.resolve(until)
      .then(() => loadCatalogue(chosen))
      .catch(() => loadCatalogue('en'))
      .then((catalogue) => {
        if (current) setSpoken({ i18n: createI18n(chosen, catalogue, { region: regionOf(chosen) }), isWhole: true })
      })
      // Offline and never seen before: what is shown stays.
      .catch(() => undefined)
    document.documentElement.lang = chosen
    return () => {
      current = false
    }
  }, [chosen, opening])

  const language = useMemo<Language | null>(() => {
    if (!spoken) return null
    const setLocale = (locale: Locale) => {
      remember(locale)
      setPicked(locale)
    }
    return { ...spoken, locale: chosen, setLocale }
  }, [spoken, chosen])

  if (!language) return null
  return <LanguageContext value={language}>{children}</LanguageContext>
}

export function useLanguage(): Language {
  const language = use(LanguageContext)
  if (!language) throw new TypeError('LanguageProvider is missing')
  return language
}

export function useI18n(): I18n {
  return useLanguage().i18n
}

const NAMES: Readonly<Record<Locale, string>> = { en: 'English', ru: 'Русский', uk: 'Українська' }

export function LanguageSelect() {
  const { i18n, locale, setLocale } = useLanguage()
  return (
    <select
      className="select language"
      aria-label={i18n.t('common.language')}
      value={locale}
      onChange={(event) => setLocale(chooseLocale([event.target.value]))}
    >
      {LOCALES.map((each) => (
        <option key={each} value={each} lang={each}>
          {NAMES[each]}
        </option>
      ))}
    </select>
  )
}
