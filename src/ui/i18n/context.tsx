import { createContext, use, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { chooseLocale, loadCatalogue, LOCALES } from './catalogue.ts'
import type { Locale } from './catalogue.ts'
import { createI18n } from './i18n.ts'
import type { I18n } from './i18n.ts'

type Language = Readonly<{ i18n: I18n; locale: Locale; setLocale: (locale: Locale) => void }>

const STORED = 'countersign.locale'
const LanguageContext = createContext<Language | null>(null)

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null // storage is denied in some frames; the browser's languages will do
  }
}

function remember(locale: Locale): void {
  try {
    localStorage.setItem(STORED, locale)
  } catch {
    // same: the choice then lasts as long as the page
  }
}

/** How this reader writes dates in that language: 'en-GB' for 'en' when the browser says so. */
function regionOf(locale: Locale): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${locale}-`)) ?? locale
}

/** `locale` from a host wins over the remembered choice, which wins over the browser's languages. */
export function LanguageProvider({ locale: fixed, children }: { locale?: string | undefined; children: ReactNode }) {
  const [picked, setPicked] = useState<Locale>(() => chooseLocale([remembered(), ...navigator.languages]))
  const chosen = fixed === undefined ? picked : chooseLocale([fixed])
  const [i18n, setI18n] = useState<I18n | null>(null)

  useEffect(() => {
    let current = true
    loadCatalogue(chosen)
      .catch(() => loadCatalogue('en'))
      .then((catalogue) => {
        if (current) setI18n(createI18n(chosen, catalogue, { region: regionOf(chosen) }))
      })
      // Offline and never seen before: what is shown stays.
      .catch(() => undefined)
    document.documentElement.lang = chosen
    return () => {
      current = false
    }
  }, [chosen])

  const language = useMemo<Language | null>(() => {
    if (!i18n) return null
    const setLocale = (locale: Locale) => {
      remember(locale)
      setPicked(locale)
    }
    return { i18n, locale: chosen, setLocale }
  }, [i18n, chosen])

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
