import { readFileSync } from 'node:fs'
import { blobSource } from '../../src/core/bytes/byte-source.ts'
import { latin1 } from '../../src/core/bytes/bytes.ts'
import { contextOf } from '../../src/core/formats/collect-context.ts'
import { collectPades } from '../../src/core/formats/pades/collect.ts'
import { embedPades } from '../../src/core/formats/pades/embed.ts'
import type { PadesOptions } from '../../src/core/formats/pades/options.ts'
import { preparePades, type Compose } from '../../src/core/formats/pades/prepare.ts'
import { fillForm } from '../../src/core/pdf/fill/fill-form.ts'
import { readForm } from '../../src/core/pdf/fields.ts'
import { PdfDict, PdfRef, PdfStream, PdfString, name, type PdfObject } from '../../src/core/pdf/objects.ts'
import { openPdf } from '../../src/core/pdf/open.ts'
import { lockDictionary, type DocMdp, type FieldLock } from '../../src/core/pdf/restrictions.ts'
import { textString } from '../../src/core/pdf/serialize.ts'
import { catalogRef } from '../../src/core/pdf/signature-field.ts'
import { PdfUpdate } from '../../src/core/pdf/update.ts'
import { walkPages } from '../../src/core/pdf/pages.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { ports, type Party } from './sign.ts'

const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))

/** A person's place in a form that several sign: his text, his signature, and what that locks. */
export type Place = Readonly<{
  text: string
  signature: string
  /** Default: `Include` of exactly his two fields. Null: none. */
  lock?: FieldLock | null
  /** /P of the lock. */
  docMdp?: DocMdp
  /** Further entries of the text field. */
  entries?: (update: PdfUpdate) => Readonly<Record<string, PdfObject>>
}>

export const drawing = (text: string): PdfStream =>
  new PdfStream(
    PdfDict.of({
      Type: name('XObject'),
      Subtype: name('Form'),
      BBox: [0, 0, 80, 20],
      Resources: PdfDict.of({
        Font: PdfDict.of({
          Helv: PdfDict.of({ Type: name('Font'), Subtype: name('Type1'), BaseFont: name('Helvetica') }),
        }),
      }),
    }),
    { data: latin1(`/Tx BMC q BT /Helv 10 Tf 2 6 Td (${text}) Tj ET Q EMC`) },
  )

async function firstPage(update: PdfUpdate): Promise<PdfRef> {
  for await (const page of walkPages(update.document)) if (page.ref) return page.ref
  throw new Error('no page')
}

async function formOf(update: PdfUpdate): Promise<PdfRef> {
  const catalog = await update.get(await catalogRef(update))
  const form = catalog instanceof PdfDict ? catalog.get('AcroForm') : null
  if (!(form instanceof PdfRef)) throw new Error('no form of its own')
  return form
}

/** A field with its widget on the first page. */
export async function addField(
  update: PdfUpdate,
  field: Readonly<{ name: string; type: 'Tx' | 'Sig' | 'Btn'; rect: readonly number[] }>,
  entries: Readonly<Record<string, PdfObject>> = {},
): Promise<PdfRef> {
  const page = await firstPage(update)
  const ref = update.add(
    PdfDict.of({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name(field.type),
      T: textString(field.name),
      F: 4,
      P: page,
      Rect: [...field.rect],
      DA: field.type === 'Tx' ? new PdfString(latin1('/Helv 10 Tf 0 g')) : undefined,
    }).with(entries),
  )
  await update.push(page, 'Annots', ref)
  await update.push(await formOf(update), 'Fields', ref)
  return ref
}

/** A text field below another name: 'Text.Two'. */
export async function addGroup(
  update: PdfUpdate,
  group: string,
  kid: Readonly<{ name: string; rect: readonly number[] }>,
): Promise<void> {
  const parent = update.allocate()
  const page = await firstPage(update)
  const ref = update.add(
    PdfDict.of({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name('Tx'),
      T: textString(kid.name),
      Parent: parent,
      F: 4,
      P: page,
      Rect: [...kid.rect],
      DA: new PdfString(latin1('/Helv 10 Tf 0 g')),
    }),
  )
  update.set(parent, PdfDict.of({ T: textString(group), Kids: [ref] }))
  await update.push(page, 'Annots', ref)
  await update.push(await formOf(update), 'Fields', parent)
}

/** The places of all, one above the other, in the revision that certifies (DocMDP, P 2). */
function reserve(places: readonly Place[], more: Compose | undefined): Compose {
  return async (update) => {
    await more?.(update)
    for (const [i, place] of places.entries()) {
      const y = 40 + 60 * i
      await addField(update, { name: place.text, type: 'Tx', rect: [40, y, 120, y + 20] }, place.entries?.(update))
      const own = { action: 'Include', fields: [place.text, place.signature] } as const
      const lock = place.lock === null ? null : lockDictionary(place.lock ?? own)
      const entries = lock ? { Lock: place.docMdp ? lock.with({ P: place.docMdp }) : lock } : {}
      await addField(update, { name: place.signature, type: 'Sig', rect: [140, y, 220, y + 20] }, entries)
    }
  }
}

export type SharedForm = Readonly<{
  /** Certified by the preparer. */
  prepared(places: readonly Place[], more?: Compose): Promise<Blob>
  /** Fills and signs in one revision. @param compose adds what else it should not hold */
  sign(file: Blob, place: Place, text: string | null, compose?: Compose): Promise<Blob>
  /** A revision that nobody signs. */
  append(file: Blob, compose: Compose): Promise<Blob>
  /** The object of a field. */
  fieldRef(file: Blob, field: string): Promise<PdfRef>
  /** A revision that only fills. */
  fill(file: Blob, values: Readonly<Record<string, string>>): Promise<Blob>
}>

export function sharedForm(original: Blob, preparer: Party, person: Party): SharedForm {
  const sign = async (file: Blob, who: Party, options: PadesOptions, compose?: Compose): Promise<Blob> => {
    const mechanism = { signature: who.mechanism.signature, digest: who.mechanism.digest }
    const signers = [{ signer: { ...who.signer, mechanisms: [mechanism] }, mechanism }]
    const files = [{ name: 'form.pdf', blob: file }]
    const prepared = await preparePades({ files, signers, level: 'B-B', options }, ports, compose)
    const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => who.sign(dtbs)))
    return (await embedPades(prepared, values, ports)).blob
  }
  const append = async (file: Blob, compose: Compose): Promise<Blob> => {
    const update = PdfUpdate.start(await openPdf(blobSource(file)))
    await compose(update)
    return new Blob([file, (await update.build(ports.random)).bytes])
  }
  return {
    prepared: (places, more) =>
      sign(original, preparer, { certify: 2, field: { kind: 'new', name: 'Certification' } }, reserve(places, more)),
    sign: (file, { text, signature }, value, compose) =>
      sign(
        file,
        person,
        {
          field: { kind: 'existing', name: signature },
          ...(value === null ? {} : { fill: { values: { [text]: value }, font, onlyOwn: true as const } }),
        },
        compose,
      ),
    append,
    async fieldRef(file, field) {
      const found = (await readForm(await openPdf(blobSource(file))))?.fields.find(({ name: own }) => own === field)
      if (!found) throw new Error(`no field ${field}`)
      return found.ref
    },
    fill: (file, values) =>
      append(file, async (update) =>
        fillForm(
          update,
          await readForm(update.document),
          { locks: [], isSigned: true },
          { values, font, onlyOwn: true },
        ),
      ),
  }
}

/** Our own verifier's word: whether each signature's later changes are permitted, by its field. */
export async function ownVerdict(file: Blob): Promise<Readonly<Record<string, boolean>>> {
  const facts = await collectPades({ name: 'form.pdf', blob: file }, contextOf(ports, {}))
  const [report] = validate([facts], DEFAULT_POLICY, new Date()).files
  return Object.fromEntries(
    (report?.signatures ?? []).map(({ field, integrity, modificationsPermitted }) => [
      field ?? '',
      integrity === 'intact' && modificationsPermitted,
    ]),
  )
}
