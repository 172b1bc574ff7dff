import type { EnvelopeLanguage } from '../../../core/envelope/manifest.ts'
import type { NoticeKind, NoticeTemplates } from '../../../core/envelope/notices.ts'

export const NOTICE_KINDS: readonly NoticeKind[] = [
  'turn',
  'signed',
  'declined',
  'delegated',
  'closed',
  'round',
  'all-signed',
  'complete',
]

const keyOf = (language: EnvelopeLanguage): string => `countersign.letters.${language}`

/** One's own texts of letters in that language; what was not changed is absent. */
export function storedTexts(language: EnvelopeLanguage): Partial<NoticeTemplates> {
  try {
    return textsOf(JSON.parse(localStorage.getItem(keyOf(language)) ?? '{}'))
  } catch {
    return {} // storage is denied in some frames, and what lies there may be anything
  }
}

/** @returns whether the browser kept them */
export function storeTexts(language: EnvelopeLanguage, texts: Partial<NoticeTemplates>): boolean {
  try {
    localStorage.setItem(keyOf(language), JSON.stringify(texts))
    return true
  } catch {
    return false
  }
}

/** What has the shape of texts; anything else in it is left out. */
export function textsOf(value: unknown): Partial<NoticeTemplates> {
  if (typeof value !== 'object' || value === null) return {}
  const found = value as Readonly<Record<string, Readonly<{ subject?: unknown; body?: unknown }> | undefined>>
  return Object.fromEntries(
    NOTICE_KINDS.flatMap((kind) => {
      const { subject, body } = found[kind] ?? {}
      return typeof subject === 'string' && typeof body === 'string' ? [[kind, { subject, body }]] : []
    }),
  )
}
