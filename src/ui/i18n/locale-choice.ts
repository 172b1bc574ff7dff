import { chooseLocale } from './catalogue.ts'
import type { Locale } from './catalogue.ts'

const STORED = 'countersign.locale'

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null // storage is denied in some frames; the browser's languages will do
  }
}

export function remember(locale: Locale): void {
  try {
    localStorage.setItem(STORED, locale)
  } catch {
    // same: the choice then lasts as long as the page
  }
}

/** What was chosen here before wins over the browser's languages. */
export const usualLocale = (): Locale => chooseLocale([remembered(), ...navigator.languages])
