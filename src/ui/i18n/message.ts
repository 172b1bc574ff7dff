/** Types of the catalogue: English is the shape, every other language must fill it or fail to compile. */

/** English has two forms; the languages with four carry them all. */
export type EnglishPlural = Readonly<{ one: string; other: string }>
export type SlavicPlural = Readonly<{ one: string; few: string; many: string; other: string }>
export type Message = string | EnglishPlural | SlavicPlural

/** The same keys in another language: a plural stays a plural, with that language's forms. */
export type Translated<English> = Readonly<{
  [Key in keyof English]: English[Key] extends string ? string : SlavicPlural
}>

type PlaceholdersOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersOf<Rest> : never

/** The `{names}` that a message must be given, read from the English text. */
export type Parameters<English, Value> = English extends string
  ? [PlaceholdersOf<English>] extends [never]
    ? []
    : [parameters: Readonly<Record<PlaceholdersOf<English>, Value>>]
  : English extends { other: infer Other }
    ? [parameters: Readonly<Record<Exclude<PlaceholdersOf<Other>, 'count'>, Value> & { count: number }>]
    : never

const PLACEHOLDER = /\{(\w+)\}/g

/** Names in a text, sorted: the completeness test compares languages by them. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '').toSorted()
}

/** Cuts a text at its placeholders: literals at even places, names at odd ones. */
export function splitAtPlaceholders(text: string): readonly string[] {
  return text.split(/\{(\w+)\}/)
}

/** The plural form for `count`; a plain text has one form. */
export function pluralForm(message: Message, count: number | undefined, rules: () => Intl.PluralRules): string {
  if (typeof message === 'string') return message
  const category = count === undefined ? 'other' : rules().select(count)
  return (message as Readonly<Record<string, string | undefined>>)[category] ?? message.other
}
