// Whether a cover sheet prints what is sealed with it: never accused when it does, always when it does not.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unzlibSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { coverMaker } from '../core/envelope/check-cover.ts'
import type { CoverFacts } from '../core/envelope/cover-layout.ts'
import { addCoverPages, composeCover } from '../core/envelope/cover.ts'
import type { DraftField, EnvelopeDraft } from '../core/envelope/draft.ts'
import type { CoverMaker, EnclosedDocument } from '../core/envelope/enclosed.ts'
import type { FieldKind } from '../core/envelope/manifest.ts'
import type { Compose } from '../core/formats/pades/prepare.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { TrueTypeFont } from '../core/pdf/font/sfnt.ts'
import { NewPdf } from '../core/pdf/new-pdf.ts'
import { PdfDict, PdfRef, PdfStream, isArray, name as pdfName, type PdfObject } from '../core/pdf/objects.ts'
import { pageAt } from '../core/pdf/pages.ts'
import { textString } from '../core/pdf/serialize.ts'
import { textOf } from '../core/pdf/text.ts'
import type { PdfUpdate } from '../core/pdf/update.ts'
import { codeOf, draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../testing/envelopes.ts'
import { forgeEnvelope } from '../testing/forged-envelope.ts'
import { classicPdf } from '../testing/pdf-builder.ts'
import { signingPorts } from '../testing/pdf-signing.ts'
import { signingKeyOf, testChain, type TestParty } from '../testing/pki.ts'
import { summaryOf } from './envelope-summary.ts'

const font = Uint8Array.from(readFileSync(new URL('../../public/fonts/noto-sans.ttf', import.meta.url)))
const source = (name: string, bytes: Uint8Array): SourceFile => ({ name, blob: new Blob([Uint8Array.from(bytes)]) })
const bytes = new TextEncoder().encode('text')
const byKey = { kind: 'key' as const, key: testKeyRef('any') }
const [TEXT, BOX] = ['EnvField_0001_001', 'EnvField_0001_002'] as const

let leaf: TestParty
beforeAll(async () => {
  leaf = (await testChain()).leaf
})
const desk = () => envelopeDesk({ any: signingKeyOf(leaf) }, font)

/** On the sheet stands a field of every kind, some that signs simply, and somebody who only gets a copy. */
const KINDS: readonly FieldKind[] = ['signature', 'text', 'checkbox', 'date', 'name', 'company', 'mark']
const everywhere = KINDS.map((kind, i): DraftField => {
  const rect = [48.25 + i * 70, 60.5, 108.1 + i * 70, kind === 'checkbox' ? 74 : 90.333] as const
  return { kind, page: 1, rect, required: kind === 'checkbox', label: `My ${kind}` }
})
const full = (more: Partial<EnvelopeDraft> = {}): EnvelopeDraft =>
  draftOf(
    [
      draftSignatory(1, { fields: everywhere }),
      draftSignatory(2, { kind: 'simple', fields: [] }),
      draftSignatory(3, { role: 'copy', fields: [] }),
      draftSignatory(4, { role: 'visa', fields: [] }),
    ],
    more,
  )

describe('our own sheets are never accused', () => {
  const three = [source('offer.docx', bytes), source('Договір №1.pdf', classicPdf()), source('x'.repeat(300), bytes)]
  const many = Array.from({ length: 150 }, (_, i) => source(`Annex ${String(i)} ${'long '.repeat(i % 30)}.txt`, bytes))
  test.each([
    ['in Ukrainian, with a record', three, true, {}],
    ['in Russian, without a record', three, true, { language: 'ru' as const, record: false }],
    ['beside the sheet', three, false, { language: 'en' as const, title: 'Beside' }],
    ['150 documents over many pages', many, true, { title: 'All of it', language: 'en' as const }],
    ['a title that the font cannot show', three, true, { title: '契約 🖋️ \u202Eabc  two   spaces\n and lines' }],
    ['a title of many lines', three, true, { title: 'word '.repeat(200).trim() }],
    ['a title without a space to break at', three, true, { title: 'W'.repeat(400) }],
  ])('%s', async (_, own, attached, more) => {
    const { envelopes, clock } = desk()
    const draft = full(more)
    const { title, language } = draft
    const enclosed = await envelopes.describe({ files: own, attached })
    const cover = await envelopes.cover({ files: own, enclosed, title, language })
    const beside = attached ? [] : own
    const made = await envelopes.prepare({ file: cover, enclosed, draft, key: byKey.key }, { beside })
    expect(made.view.cover).toBe('same')
    expect(made.view.manifest.cover).toEqual(coverMaker(font))
    clock.set('2026-11-25T13:00:00Z')
    const signed = await envelopes.sign(
      { file: made.file, signatory: 's1', means: byKey, values: { [BOX]: true } },
      { beside },
    )
    expect(signed.view.cover).toBe('same')
    expect(summaryOf(signed.view, []).problems).toEqual([])
  })

  test('a document that is itself the envelope has no sheet', async () => {
    const { envelopes } = desk()
    const draft = draftOf([draftSignatory(1)])
    const { view } = await envelopes.prepare({ file: source('a.pdf', classicPdf()), draft, key: byKey.key })
    expect(view.cover).toBeNull()
  })

  test('without a font to lay it out with, nothing is compared', async () => {
    const { file } = await forged({})
    const offline = envelopeDesk({ any: signingKeyOf(leaf) }, null)
    expect((await offline.envelopes.open(file)).cover).toBe('unknown')
  })
})

type Forged = Readonly<{
  /** What it prints instead of what is sealed. */
  prints?: Partial<CoverFacts>
  /** Null: made before it was stated. */
  maker?: CoverMaker | null
  before?: Compose
  after?: Compose
}>

/** They travel beside it, so that only what is printed differs. */
const files = [source('offer.txt', bytes), source('annex.pdf', classicPdf())]

async function forged({ prints = {}, maker = coverMaker(font), before, after }: Forged) {
  const enclosed = await desk().envelopes.describe({ files, attached: false })
  const draft = full({ title: 'Office refit', language: 'en' })
  const facts = { title: draft.title, language: draft.language, enclosed, ...prints }
  const cover = await composeCover({ ...facts, files, font }, signingPorts)
  const file = await forgeEnvelope({
    cover,
    enclosed,
    draft,
    leaf,
    font,
    ...(maker ? { maker } : {}),
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
  })
  return { file, enclosed }
}

const signing = (file: SourceFile) =>
  desk().envelopes.sign({ file, signatory: 's1', means: byKey, values: { [BOX]: true } }, { beside: files })
const openedCover = async (what: Forged) => (await desk().envelopes.open((await forged(what)).file)).cover

describe('made by other software', () => {
  test('an honest one is the same, and is signed', async () => {
    const { file } = await forged({})
    expect((await desk().envelopes.open(file)).cover).toBe('same')
    expect(await codeOf(signing(file))).toBe('nothing was refused')
  })

  test('one of another layout or font is not compared, and not accused: it is signed', async () => {
    for (const maker of [
      { ...coverMaker(font), layout: 99 },
      { layout: 1, font: 'ab'.repeat(32) },
    ]) {
      const { file } = await forged({ maker, prints: { title: 'In another way' } })
      expect((await desk().envelopes.open(file)).cover).toBe('unknown')
      expect(await codeOf(signing(file))).toBe('nothing was refused')
    }
  })

  test('one made before the manifest stated its layout is the same, or not compared', async () => {
    expect(await openedCover({ maker: null })).toBe('same')
    expect(await openedCover({ maker: null, prints: { title: 'Office refit ' } })).toBe('unknown')
  })
})

const row = (one: EnclosedDocument | undefined, more: Partial<EnclosedDocument>) => ({ ...one!, ...more })

describe('one that says something else is found, and nobody signs it', () => {
  test.each<[string, (enclosed: readonly EnclosedDocument[]) => Partial<CoverFacts>]>([
    ['another title', () => ({ title: 'Office refit, phase 2' })],
    ['another language', () => ({ language: 'uk' })],
    ['another name', ([a, b]) => ({ enclosed: [row(a, { name: 'offer (2).txt' }), b!] })],
    ['another digest', ([a, b]) => ({ enclosed: [a!, row(b, { sha256: 'ab'.repeat(32) })] })],
    ['another size', ([a, b]) => ({ enclosed: [row(a, { size: 5 }), b!] })],
    ['another order', ([a, b]) => ({ enclosed: [b!, a!] })],
    ['one more', ([a, b]) => ({ enclosed: [a!, b!, row(a, { name: 'more.txt' })] })],
    ['one less', ([a]) => ({ enclosed: [a!] })],
  ])('%s', async (_, change) => {
    const { enclosed } = await forged({})
    const { file } = await forged({ prints: change(enclosed) })
    const { envelopes } = desk()
    const view = await envelopes.open(file)
    expect(view.cover).toBe('differs')
    expect(summaryOf(view, []).problems).toEqual(['ENVELOPE_COVER_DIFFERS'])
    expect(await codeOf(signing(file))).toBe('ENVELOPE_COVER_DIFFERS')
    expect(await codeOf(envelopes.decline({ file, signatory: 's1', reason: 'A false sheet' }))).toBe(
      'nothing was refused',
    )
  })

  /** Changes the sheet's first page in the revision that is certified. */
  const onPage =
    (change: (update: PdfUpdate, page: PdfDict) => Promise<Record<string, PdfObject>>): Compose =>
    async (update) => {
      const page = await pageAt(update.document, 0)
      const now = page?.ref && (await update.get(page.ref))
      if (!page?.ref || !(now instanceof PdfDict)) throw new Error('no page')
      await update.change(page.ref, await change(update, now))
    }
  const drawn = (update: PdfUpdate, text: string, more: Record<string, PdfObject> = {}) =>
    update.add(new PdfStream(PdfDict.of(more), { data: new TextEncoder().encode(text) }))
  const FORM = { Type: pdfName('XObject'), Subtype: pdfName('Form'), BBox: [0, 0, 500, 800] }
  const WHITE = '1 g 0 0 500 800 re f'
  const note = (update: PdfUpdate) =>
    update.add(
      PdfDict.of({
        Type: pdfName('Annot'),
        Subtype: pdfName('Stamp'),
        Rect: [48, 400, 548, 760],
        AP: PdfDict.of({ N: drawn(update, WHITE, FORM) }),
      }),
    )
  /** A reserved field as its preparer could have written it. */
  const onField =
    (name: string, change: (update: PdfUpdate) => Record<string, PdfObject>): Compose =>
    async (update) => {
      const page = await pageAt(update.document, 0)
      const now = page?.ref && (await update.get(page.ref))
      const annotations = now instanceof PdfDict ? await update.resolve(now.get('Annots')) : null
      for (const ref of isArray(annotations) ? annotations : []) {
        const widget = await update.resolve(ref)
        if (!(ref instanceof PdfRef) || !(widget instanceof PdfDict) || textOf(widget.get('T')) !== name) continue
        return update.change(ref, change(update))
      }
      throw new Error(`no field ${name}`)
    }

  test.each<[string, Partial<Forged>]>([
    [
      'words drawn over it',
      { before: onPage(async (u, page) => ({ Contents: [page.get('Contents'), drawn(u, WHITE)] })) },
    ],
    ['turned', { before: onPage(() => Promise.resolve({ Rotate: 180 })) }],
    ['cropped', { before: onPage(() => Promise.resolve({ CropBox: [0, 0, 595, 200] })) }],
    ['cut off', { before: onPage(() => Promise.resolve({ MediaBox: [0, 0, 595, 200] })) }],
    [
      'in a font that shows other letters',
      {
        before: onPage(async (u, page) => {
          const resources = await u.resolve(page.get('Resources'))
          const fonts = resources instanceof PdfDict ? await u.resolve(resources.get('Font')) : null
          const own = fonts instanceof PdfDict ? await u.resolve(fonts.get('F0')) : null
          if (!(own instanceof PdfDict) || !(resources instanceof PdfDict)) throw new Error('no font')
          const [of] = own.get('DescendantFonts') as readonly PdfRef[]
          const descendant = await u.resolve(of)
          if (!(descendant instanceof PdfDict)) throw new Error('no descendant')
          const map = drawn(u, '\0'.repeat(200))
          const font_ = own.with({ DescendantFonts: [descendant.with({ CIDToGIDMap: map })] })
          return { Resources: resources.with({ Font: PdfDict.of({ F0: font_ }) }) }
        }),
      },
    ],
    ['a stamp that hides it', { before: onPage((u) => Promise.resolve({ Annots: [note(u)] })) }],
    [
      'a check box drawn as something else',
      {
        after: onField(BOX, (u) => ({
          AP: PdfDict.of({ N: PdfDict.of({ Yes: drawn(u, WHITE, FORM), Off: drawn(u, WHITE, FORM) }) }),
        })),
      },
    ],
    [
      'read out as something else',
      {
        before: async (u) => {
          const catalog = await u.document.catalog()
          const root = await u.document.dict(catalog?.dict, 'StructTreeRoot')
          const top = await u.document.dict(root, 'K')
          const [first] = (await u.document.value(top, 'K')) as readonly PdfObject[]
          if (!(first instanceof PdfRef)) throw new Error('no element')
          await u.change(first, { ActualText: textString('Another sheet') })
        },
      },
    ],
    ['a field elsewhere than said', { after: onField(BOX, () => ({ Rect: [48, 400, 548, 760] })) }],
    ['a text field that shows something', { after: onField(TEXT, () => ({ MK: PdfDict.of({ BG: [1, 1, 1] }) })) }],
  ])('%s', async (_, what) => {
    const { file } = await forged(what)
    expect((await desk().envelopes.open(file)).cover).toBe('differs')
    expect(await codeOf(signing(file))).toBe('ENVELOPE_COVER_DIFFERS')
  })

  test('nor is it sealed here', async () => {
    const { envelopes } = desk()
    const enclosed = await envelopes.describe({ files, attached: true })
    const cover = await envelopes.cover({ files, enclosed, title: 'Something else', language: 'uk' })
    const draft = draftOf([draftSignatory(1)])
    expect(await codeOf(envelopes.prepare({ file: cover, enclosed, draft, key: byKey.key }))).toBe(
      'ENVELOPE_COVER_DIFFERS',
    )
  })
})

test('the layout is the one of its number: who changes what a sheet shows raises COVER_LAYOUT', () => {
  const hash = createHash('sha256')
  for (const language of ['en', 'ru', 'uk'] as const) {
    for (const attached of [
      [true, true],
      [false, false],
      [true, false],
    ]) {
      const enclosed = attached.map((own, i) => {
        const [name, mediaType] = [`Договір ${String(i)} – annex.pdf`, 'application/pdf']
        return { name, mediaType, size: 1234567 + i, sha256: '0f'.repeat(32), pages: i + 1, attached: own }
      })
      const pdf = new NewPdf()
      addCoverPages(pdf, { title: 'Договір «Офіс», a title', language, enclosed }, new TrueTypeFont(font))
      for (let n = 1; ; n++) {
        const object = pdf.get(new PdfRef(n, 0))
        if (object === null && n > 20) break
        // How deflate packs them does not matter.
        if (object instanceof PdfStream && object.data) hash.update(unzlibSync(object.data))
        else
          hash.update(JSON.stringify(object, (_, value: unknown) => (value instanceof Map ? [...value] : value)) ?? '')
      }
    }
  }
  expect(coverMaker(font).layout).toBe(1)
  expect(hash.digest('hex')).toBe('a780635ad8df9f847b32dfc53e40eb4ad3c52c43c224220276d477fbe4112c38')
})
