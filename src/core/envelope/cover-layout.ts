/** What the cover sheet shows and where: A4 pages that list the enclosed documents, each with what the manifest says of it. Pure. */
import type { Color, DrawItem } from '../pdf/appearance/appearance.ts'
import { wrap } from '../pdf/appearance/fit-text.ts'
import { writable } from '../pdf/font/embed.ts'
import type { TrueTypeFont } from '../pdf/font/sfnt.ts'
import type { EnclosedDocument } from './enclosed.ts'
import type { EnvelopeLanguage } from './manifest.ts'
import { RECORD_PAGE } from './record-layout.ts'

/** A structure element's part of a page; null: decoration that nobody reads out (an artifact). */
export type CoverTag = 'title' | 'text' | 'number' | 'name' | 'facts' | 'digest'
export type CoverPart = Readonly<{
  tag: CoverTag | null
  /** Index of the document that it tells of. */
  of?: number
  items: readonly DrawItem[]
}>
export type CoverPage = readonly CoverPart[]

type CoverWords = Readonly<{
  cover: string
  /** Above the same list in a report. */
  listed: string
  means: string
  inside: string
  beside: string
  bytes: (grouped: string) => string
  pages: string
  isBeside: string
}>

export const COVER_WORDS: Readonly<Record<EnvelopeLanguage, CoverWords>> = {
  en: {
    cover: 'Cover sheet',
    listed: 'Documents',
    means:
      'Stands for the documents below. Whoever signs this sheet signs them: their digests are part of what the signature covers.',
    inside: 'They are attached to this file, byte for byte as they were given.',
    beside: 'They travel beside this file. Nobody can sign it without having them at hand.',
    bytes: (n) => `${n} bytes`,
    pages: 'pages',
    isBeside: 'beside this file',
  },
  ru: {
    cover: 'Титульный лист',
    listed: 'Документы',
    means:
      'Стоит за документы ниже. Кто подписывает этот лист, подписывает их: их хеши входят в то, что покрывает подпись.',
    inside: 'Они вложены в этот файл байт в байт такими, какими были даны.',
    beside: 'Они передаются рядом с этим файлом. Без них под рукой никто не сможет его подписать.',
    bytes: (n) => `${n} байт`,
    pages: 'страниц',
    isBeside: 'рядом с файлом',
  },
  uk: {
    cover: 'Титульний аркуш',
    listed: 'Документи',
    means:
      'Стоїть за документи нижче. Хто підписує цей аркуш, підписує їх: їхні хеші входять до того, що покриває підпис.',
    inside: 'Вони вкладені в цей файл байт у байт такими, якими були надані.',
    beside: 'Вони передаються поруч із цим файлом. Без них під рукою ніхто не зможе його підписати.',
    bytes: (n) => `${n} байтів`,
    pages: 'сторінок',
    isBeside: 'поруч із файлом',
  },
}

const INK: Color = [0.1, 0.11, 0.13]
const SOFT: Color = [0.38, 0.4, 0.44]
const LINE: Color = [0.8, 0.82, 0.85]
const ACCENT: Color = [0.12, 0.37, 0.55]

const { width: WIDTH, height: HEIGHT } = RECORD_PAGE
const LEFT = 48
const RIGHT = WIDTH - LEFT
/** Where names begin, right of the numbers. */
const NAMES = LEFT + 30
const FIRST_TOP = 796
const NEXT_TOP = 780
const BOTTOM = 56
const LEADING = 1.3

export type CoverFacts = Readonly<{
  title: string
  language: EnvelopeLanguage
  enclosed: readonly EnclosedDocument[]
  /** What more is said of each, in their order: the separate report. */
  notes?: readonly string[]
}>

export function coverPages({ title, language, enclosed, notes }: CoverFacts, font: TrueTypeFont): readonly CoverPage[] {
  const own = COVER_WORDS[language]
  const words = notes ? { ...own, cover: own.listed } : own
  const write = writer(font)
  const pages: CoverPart[][] = [[]]
  const put = (part: CoverPart): void => void pages.at(-1)?.push(part)
  const head = headOf(title, words, notes ? [] : saidOf(words, enclosed), write)
  for (const part of head.parts) put(part)
  let top = head.bottom
  for (const [of, one] of enclosed.entries()) {
    const isMixed = enclosed.some(({ attached }) => attached !== one.attached)
    const note = notes?.[of] ?? (isMixed && !one.attached ? words.isBeside : null)
    const row = rowOf(one, of, factsOf(one, words, note), write)
    if (top - row.height < BOTTOM) {
      pages.push([])
      put({ tag: null, items: write(LEFT, 810, RIGHT - LEFT, 8, SOFT, `${words.cover} · ${title}`, 1).items })
      top = NEXT_TOP
    }
    for (const part of row.parts(top)) put(part)
    top -= row.height
  }
  for (const [i, page] of pages.entries()) {
    const number = write(RIGHT - 60, 34, 60, 8, SOFT, `${i + 1} / ${pages.length}`, 1, 'right')
    page.push({ tag: null, items: number.items })
  }
  return pages
}

type Written = Readonly<{ items: readonly DrawItem[]; height: number }>
type Write = (
  x: number,
  top: number,
  width: number,
  size: number,
  color: Color,
  text: string,
  most?: number,
  side?: 'right',
) => Written

/** Lines below `top`; beyond `most` they are cut with an ellipsis. */
const writer =
  (font: TrueTypeFont): Write =>
  (x, top, width, size, color, text, most = Infinity, side) => {
    const shown = writable(font, text).text
    const all = wrap(font, shown, width / size, true) ?? []
    const kept = spaced(all, shown).slice(0, most)
    if (all.length > most) kept[most - 1] = `${(kept[most - 1] ?? '').slice(0, -2)}…`
    const items = kept.map((line, i) => ({
      kind: 'text' as const,
      x: side === 'right' ? x + width - font.widthOf(line) * size : x,
      y: top - size * (1 + LEADING * i),
      size,
      text: line,
      color,
    }))
    return { items, height: size * LEADING * kept.length }
  }

/** Lines with the space that they were broken at, so that what is copied or read out keeps its words apart. */
function spaced(lines: readonly string[], text: string): string[] {
  let at = 0
  return lines.map((line) => {
    at = text.indexOf(line, at) + line.length
    return text[at] === ' ' ? `${line} ` : line
  })
}

const rule = (y: number, color: Color = LINE, height = 0.5): CoverPart => ({
  tag: null,
  items: [{ kind: 'fill', x: LEFT, y, width: RIGHT - LEFT, height, color }],
})

function saidOf(words: CoverWords, enclosed: readonly EnclosedDocument[]): readonly string[] {
  const attached = enclosed.filter((one) => one.attached).length
  const where = attached === enclosed.length ? [words.inside] : attached === 0 ? [words.beside] : []
  return [words.means, ...where]
}

function headOf(
  title: string,
  words: CoverWords,
  said: readonly string[],
  write: Write,
): Readonly<{ parts: readonly CoverPart[]; bottom: number }> {
  const width = RIGHT - LEFT
  const label = write(LEFT, FIRST_TOP, width, 9, ACCENT, words.cover, 1)
  let top = FIRST_TOP - label.height - 8
  const heading = write(LEFT, top, width, 20, INK, title, 3)
  top -= heading.height + 10
  const means = write(LEFT, top, width, 9, SOFT, said.join(' '))
  top -= means.height + 12
  const parts: CoverPart[] = [
    { tag: 'text', items: label.items },
    { tag: 'title', items: heading.items },
    { tag: 'text', items: means.items },
    rule(top, ACCENT, 1),
  ]
  return { parts, bottom: top }
}

type Row = Readonly<{ height: number; parts: (top: number) => readonly CoverPart[] }>

function rowOf(one: EnclosedDocument, of: number, said: string, write: Write): Row {
  const pad = 12
  const draw = (top: number) => {
    const width = RIGHT - NAMES
    const number = write(LEFT, top - pad, 26, 11, SOFT, `${of + 1}`, 1)
    const name = write(NAMES, top - pad, width, 11, INK, one.name)
    let below = top - pad - name.height - 2
    const facts = write(NAMES, below, width, 8, SOFT, said)
    below -= facts.height + 1
    const digest = write(NAMES, below, width, 8, SOFT, `SHA-256 ${one.sha256}`)
    return { number, name, facts, digest, bottom: below - digest.height - pad + 4 }
  }
  return {
    height: -draw(0).bottom,
    parts: (top) => {
      const { number, name, facts, digest, bottom } = draw(top)
      return [
        { tag: 'number', of, items: number.items },
        { tag: 'name', of, items: name.items },
        { tag: 'facts', of, items: facts.items },
        { tag: 'digest', of, items: digest.items },
        rule(bottom),
      ]
    },
  }
}

function factsOf({ mediaType, size, pages }: EnclosedDocument, words: CoverWords, note: string | null): string {
  const grouped = String(size).replace(/\B(?=(\d{3})+$)/g, ' ')
  return [
    mediaType,
    words.bytes(grouped),
    ...(pages === undefined ? [] : [`${words.pages}: ${pages}`]),
    ...(note === null ? [] : [note]),
  ].join(' · ')
}

export const COVER_SIZE = { width: WIDTH, height: HEIGHT } as const
