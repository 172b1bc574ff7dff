import type { Catalogue, English, EnglishOf, FirstWords, Locale, MessageKey } from './catalogue.ts'
import { pluralForm, splitAtPlaceholders } from './message.ts'
import type { Message, Parameters } from './message.ts'

type Value = string | number

/** Words, dates and numbers of one language. Dates always carry their time zone. */
export interface I18n {
  readonly locale: Locale
  t<Key extends MessageKey>(key: Key, ...parameters: Parameters<EnglishOf<Key>, Value>): string
  /** The text cut at its placeholders, for sentences that hold elements: text, name, text, name, text. */
  parts(key: MessageKey): readonly string[]
  /** A key made at run time (an error code, a check's id); null when the catalogue has none. */
  lookup(page: keyof English, name: string, parameters?: Readonly<Record<string, Value>>): string | null
  number(value: number): string
  bytes(length: number): string
  date(value: Date | string): string
  /** With seconds left out and the reader's time zone named. */
  dateTime(value: Date | string): string
  list(items: readonly string[]): string
}

function messageAt(catalogue: Catalogue | English | FirstWords, page: string, name: string): Message | null {
  const messages = (catalogue as unknown as Record<string, Readonly<Record<string, Message>> | undefined>)[page]
  return messages && Object.hasOwn(messages, name) ? (messages[name] ?? null) : null
}

/** A certificate may hold a time that is none; it is shown as it stands. */
function written(format: Intl.DateTimeFormat, value: Date | string): string {
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? String(value) : format.format(date)
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Made at its first use: a formatter of the browser costs more than drawing the page that may need it. */
function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/**
 * @param catalogue whole, or its first pages: what is not there is said by nothing
 * @param region a fuller tag of the same language ('en-GB' for 'en'): how this reader writes dates
 */
export function createI18n(
  locale: Locale,
  catalogue: Catalogue | English | FirstWords,
  { region = locale, timeZone }: { region?: string; timeZone?: string } = {},
): I18n {
  const rules = lazily(() => new Intl.PluralRules(locale))
  const numbers = lazily(() => new Intl.NumberFormat(region))
  const sizes = new Map<string, Intl.NumberFormat>()
  const zone = timeZone === undefined ? {} : { timeZone }
  const dates = lazily(() => new Intl.DateTimeFormat(region, { dateStyle: 'long', ...zone }))
  const times = lazily(
    () =>
      new Intl.DateTimeFormat(region, {
        day: 'numeric',
        month: 'long',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
        ...zone,
      }),
  )
  const lists = lazily(() => new Intl.ListFormat(region, { type: 'conjunction' }))

  const fill = (message: Message, parameters: Readonly<Record<string, Value>>): string => {
    const count = typeof parameters.count === 'number' ? parameters.count : undefined
    return splitAtPlaceholders(pluralForm(message, count, rules)).reduce((text, part, index) => {
      // «2029 г.» and "Example a.s." end a sentence with their own full stop.
      if (index % 2 === 0) return text.endsWith('.') && part.startsWith('.') ? text + part.slice(1) : text + part
      const value = parameters[part]
      return text + (typeof value === 'number' ? numbers().format(value) : (value ?? `{${part}}`))
    }, '')
  }

  const find = (key: string): Message => {
    const [page = '', name = ''] = key.split('.')
    return messageAt(catalogue, page, name) ?? (page in catalogue ? key : '')
  }

  return {
    locale,
    t: (key, ...parameters) => fill(find(key), (parameters[0] as Readonly<Record<string, Value>> | undefined) ?? {}),
    parts: (key) => splitAtPlaceholders(pluralForm(find(key), undefined, rules)),
    lookup: (page, name, parameters = {}) => {
      const message = messageAt(catalogue, page, name)
      return message === null ? null : fill(message, parameters)
    },
    number: (value) => numbers().format(value),
    bytes: (length) => {
      const power = length < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(length) / 3))
      const unit = UNITS[power] ?? 'byte'
      const value = length / 1000 ** power
      const digits = value < 10 && power > 0 ? 1 : 0
      const known = sizes.get(`${unit}${digits}`)
      if (known) return known.format(value)
      const format = new Intl.NumberFormat(region, {
        style: 'unit',
        unit,
        unitDisplay: power === 0 ? 'long' : 'short',
        maximumFractionDigits: digits,
      })
      sizes.set(`${unit}${digits}`, format)
      return format.format(value)
    },
    date: (value) => written(dates(), value),
    dateTime: (value) => written(times(), value),
    list: (items) => lists().format(items),
  }
}
