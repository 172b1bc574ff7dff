/**
 * The cover sheet as a new PDF: tagged pages that list the enclosed documents, and the documents themselves, attached as they are.
 * ISO 32000-2, 7.11.4 (embedded files), 14.7 (structure), 14.13 (associated files).
 */
import { md5 } from '@noble/hashes/legacy.js'
import { zlibSync } from 'fflate'
import { blobSource } from '../bytes/byte-source.ts'
import { compareBytes, latin1, toHex } from '../bytes/bytes.ts'
import { digestBlob } from '../bytes/digest-blob.ts'
import { SignError } from '../errors.ts'
import type { SourceFile } from '../formats/format.ts'
import { drawItems } from '../pdf/appearance/draw.ts'
import { embedFont, type EmbeddedFont } from '../pdf/font/embed.ts'
import { TrueTypeFont } from '../pdf/font/sfnt.ts'
import { NewPdf } from '../pdf/new-pdf.ts'
import type { PdfRef } from '../pdf/objects.ts'
import { PdfDict, PdfStream, PdfString, name, type PdfObject } from '../pdf/objects.ts'
import { openPdf } from '../pdf/open.ts'
import { countPages } from '../pdf/pages.ts'
import { dateString, textString } from '../pdf/serialize.ts'
import type { Ports } from '../ports.ts'
import {
  COVER_SIZE,
  coverPages,
  type CoverFacts,
  type CoverPage,
  type CoverPart,
  type CoverTag,
} from './cover-layout.ts'
import { MOST_ENCLOSED, mediaTypeOf, ownNames, type EnclosedDocument } from './enclosed.ts'

export type DescribeRequest = Readonly<{
  files: readonly SourceFile[]
  /** Into the cover's file; false: they travel beside it. */
  attached: boolean
}>

/**
 * What the manifest will say of documents that are to be enclosed, in their order.
 *
 * @throws SignError `ENVELOPE_TOO_MANY_DOCUMENTS`, `ENVELOPE_DOCUMENT_EMPTY`; `FORMAT_MALFORMED` when a file changed underneath
 */
export async function describeDocuments(
  { files, attached }: DescribeRequest,
  { engine }: Ports,
  signal?: AbortSignal,
): Promise<readonly EnclosedDocument[]> {
  if (files.length > MOST_ENCLOSED) {
    const details = { count: files.length, most: MOST_ENCLOSED }
    throw new SignError('ENVELOPE_TOO_MANY_DOCUMENTS', 'more documents than one envelope holds', { details })
  }
  const names = ownNames(files.map((file) => file.name))
  const described: EnclosedDocument[] = []
  for (const [i, { blob, type }] of files.entries()) {
    signal?.throwIfAborted()
    const own = names[i] ?? ''
    if (blob.size === 0) throw new SignError('ENVELOPE_DOCUMENT_EMPTY', `${own} is empty`, { details: { name: own } })
    const digest = await digestBlob(blob, 'SHA-256', engine, signal ? { signal } : {})
    const isPdf = (await blob.slice(0, 5).text()) === '%PDF-'
    const pages = isPdf ? await pagesOf(blob) : null
    described.push({
      name: own,
      mediaType: isPdf ? 'application/pdf' : mediaTypeOf(own, type ?? blob.type),
      size: blob.size,
      sha256: toHex(digest),
      ...(pages ? { pages } : {}),
      attached,
    })
  }
  return described
}

/** Null for what cannot be read, or only with a password. */
async function pagesOf(blob: Blob): Promise<number | null> {
  try {
    return await countPages(await openPdf(blobSource(blob)))
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

export type CoverRequest = CoverFacts &
  Readonly<{
    /** In the order of `enclosed`. */
    files: readonly SourceFile[]
    /** TrueType: the sheet is written in a subset of it. */
    font: Uint8Array
  }>

type Laid = Readonly<{ tree: PdfRef; kids: readonly PdfRef[]; tags: Structure }>

/** The sheet's pages: the same facts in the same font give the same pages (see check-cover.ts). */
export function addCoverPages(pdf: NewPdf, facts: CoverFacts, face: TrueTypeFont): Laid {
  const pages = coverPages(facts, face)
  const texts = pages.flat().flatMap(({ items }) => items.flatMap((item) => (item.kind === 'text' ? [item.text] : [])))
  const tree = pdf.allocate()
  const tags = new Structure(pdf)
  const font = embedFont(pdf, face, texts)
  const resources = pdf.add(
    PdfDict.of({
      ColorSpace: PdfDict.of({ CS0: name('DeviceRGB') }),
      Font: PdfDict.of({ F0: font.ref }),
    }),
  )
  const kids = pages.map((page, i) => addPage(pdf, page, { number: i, tree, resources, font, tags }))
  pdf.set(tree, PdfDict.of({ Type: name('Pages'), Kids: kids, Count: kids.length }))
  return { tree, kids, tags }
}

/** The sheet with the documents behind it; none is copied. Field places on it stay as long as documents, language and title do. */
export async function composeCover(
  { files, font: bytes, ...facts }: CoverRequest,
  { clock, random }: Ports,
): Promise<SourceFile> {
  const { enclosed, title, language } = facts
  const pdf = new NewPdf()
  const catalog = pdf.allocate()
  const { tree, tags } = addCoverPages(pdf, facts, new TrueTypeFont(bytes))
  const attached: Attached[] = []
  for (const [i, one] of enclosed.entries()) {
    const blob = files[i]?.blob
    if (one.attached && blob) attached.push(await attach(pdf, one, i, blob, clock.now()))
  }
  const named = attached.toSorted((a, b) => compareBytes(a.key.bytes, b.key.bytes))
  pdf.set(
    catalog,
    PdfDict.of({
      Type: name('Catalog'),
      Pages: tree,
      Lang: textString(language),
      MarkInfo: PdfDict.of({ Marked: true }),
      StructTreeRoot: tags.finish(),
      ViewerPreferences: PdfDict.of({ DisplayDocTitle: true }),
      ...(named.length > 0
        ? {
            Names: PdfDict.of({ EmbeddedFiles: PdfDict.of({ Names: named.flatMap(({ key, ref }) => [key, ref]) }) }),
            AF: attached.map(({ ref }) => ref),
            PageMode: name('UseAttachments'),
          }
        : {}),
    }),
  )
  const info = PdfDict.of({
    Title: textString(title),
    Producer: textString('Countersign'),
    CreationDate: dateString(clock.now()),
  })
  const blob = pdf.build(catalog, info, random)
  return { name: `${fileStem(title)}.pdf`, blob, type: 'application/pdf' }
}

const fileStem = (title: string): string => ownNames([title])[0] ?? 'envelope'

type Attached = Readonly<{ key: PdfString; ref: PdfRef }>

async function attach(pdf: NewPdf, one: EnclosedDocument, index: number, blob: Blob, now: Date): Promise<Attached> {
  const stream = pdf.addFile(
    PdfDict.of({
      Type: name('EmbeddedFile'),
      Subtype: name(one.mediaType),
      Params: PdfDict.of({ Size: one.size, ModDate: dateString(now), CheckSum: await checkSum(blob) }),
    }),
    blob,
  )
  const key = textString(one.name)
  const ref = pdf.add(
    PdfDict.of({
      Type: name('Filespec'),
      F: key,
      UF: key,
      Desc: textString(`${index + 1}. SHA-256 ${one.sha256}`),
      EF: PdfDict.of({ F: stream, UF: stream }),
      // None of the named relationships: the pages stand for the file, they are not made of it.
      AFRelationship: name('Unspecified'),
    }),
  )
  return { key, ref }
}

const PIECE = 4 << 20

/** MD5, as /CheckSum is defined (table 45): for readers that look at it; nothing here relies on it. */
async function checkSum(blob: Blob): Promise<PdfString> {
  const hash = md5.create()
  for (let at = 0; at < blob.size; at += PIECE) {
    hash.update(new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer()))
  }
  return new PdfString(hash.digest(), true)
}

type PageParts = Readonly<{ number: number; tree: PdfRef; resources: PdfRef; font: EmbeddedFont; tags: Structure }>

function addPage(pdf: NewPdf, page: CoverPage, { number, tree, resources, font, tags }: PageParts): PdfRef {
  const ref = pdf.allocate()
  const content = page.map((part) => {
    const drawn = drawItems(part.items, font)
    if (part.tag === null) return `/Artifact BMC\n${drawn}\nEMC`
    const { type, id } = tags.mark(part, part.tag, ref, number)
    return `/${type} <</MCID ${id}>> BDC\n${drawn}\nEMC`
  })
  const data = zlibSync(latin1(content.join('\n')))
  pdf.set(
    ref,
    PdfDict.of({
      Type: name('Page'),
      Parent: tree,
      MediaBox: [0, 0, COVER_SIZE.width, COVER_SIZE.height],
      Resources: resources,
      Contents: pdf.add(new PdfStream(PdfDict.of({ Filter: name('FlateDecode') }), { data })),
      StructParents: number,
      Tabs: name('S'),
    }),
  )
  return ref
}

const ELEMENTS: Readonly<Record<CoverTag, string>> = {
  title: 'H1',
  text: 'P',
  number: 'Lbl',
  name: 'P',
  facts: 'P',
  digest: 'P',
}

/** The logical structure: heading, paragraphs, and a list with an item for each document. */
class Structure {
  private readonly pdf: NewPdf
  private readonly root: PdfRef
  private readonly document: PdfRef
  private readonly list: PdfRef
  private readonly kids: PdfObject[] = []
  /** Of each document: its list item, its body, and what is in them. */
  private readonly items: { item: PdfRef; body: PdfRef; label: PdfObject[]; said: PdfObject[] }[] = []
  /** Elements of each page, by their marked content. */
  private readonly pages: PdfRef[][] = []

  constructor(pdf: NewPdf) {
    this.pdf = pdf
    this.root = pdf.allocate()
    this.document = pdf.allocate()
    this.list = pdf.allocate()
  }

  mark({ of }: CoverPart, tag: CoverTag, page: PdfRef, number: number): Readonly<{ type: string; id: number }> {
    const onPage = (this.pages[number] ??= [])
    const id = onPage.length
    const type = ELEMENTS[tag]
    const document = of === undefined ? null : this.item(of)
    const parent = !document ? this.document : tag === 'number' ? document.item : document.body
    const element = this.element(type, parent, { Pg: page, K: id })
    onPage.push(element)
    if (!document) this.kids.push(element)
    else (tag === 'number' ? document.label : document.said).push(element)
    return { type, id }
  }

  finish(): PdfRef {
    const { pdf, root, document, list, items } = this
    for (const { item, body, label, said } of items) {
      pdf.set(item, this.dict('LI', list, { K: [...label, body] }))
      pdf.set(body, this.dict('LBody', item, { K: said }))
    }
    pdf.set(list, this.dict('L', document, { K: items.map(({ item }) => item) }))
    pdf.set(document, this.dict('Document', root, { K: [...this.kids, list] }))
    const parents = pdf.add(PdfDict.of({ Nums: this.pages.flatMap((elements, i) => [i, elements]) }))
    pdf.set(
      root,
      PdfDict.of({
        Type: name('StructTreeRoot'),
        K: document,
        ParentTree: parents,
        ParentTreeNextKey: this.pages.length,
      }),
    )
    return root
  }

  private item(of: number) {
    const known = this.items[of]
    if (known) return known
    const made = { item: this.pdf.allocate(), body: this.pdf.allocate(), label: [], said: [] }
    this.items[of] = made
    return made
  }

  private element(type: string, parent: PdfRef, more: Readonly<Record<string, PdfObject>>): PdfRef {
    return this.pdf.add(this.dict(type, parent, more))
  }

  private dict(type: string, parent: PdfRef, more: Readonly<Record<string, PdfObject>>): PdfDict {
    return PdfDict.of({ Type: name('StructElem'), S: name(type), P: parent, ...more })
  }
}
