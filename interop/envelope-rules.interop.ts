// The rules that an envelope keeps, one by one (several signatories of one PDF): with the rule kept pyHanko explains everything, with only that
// rule broken pyHanko or DSS objects. And what is done to a whole envelope against a rule, our own reader tells.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { addEmbeddedFile } from '../src/core/envelope/embedded-file.ts'
import { fieldNames } from '../src/core/envelope/manifest.ts'
import { planEnvelope } from '../src/core/envelope/plan.ts'
import { blobSource } from '../src/core/bytes/byte-source.ts'
import type { SourceFile } from '../src/core/formats/format.ts'
import type { Compose } from '../src/core/formats/pades/prepare.ts'
import { PdfDict, PdfStream, name } from '../src/core/pdf/objects.ts'
import { openPdf } from '../src/core/pdf/open.ts'
import { dateString, textString } from '../src/core/pdf/serialize.ts'
import { catalogRef } from '../src/core/pdf/signature-field.ts'
import { PdfUpdate } from '../src/core/pdf/update.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../src/testing/envelopes.ts'
import { testEngine } from '../src/testing/engines.ts'
import { classicPdf } from '../src/testing/pdf-builder.ts'
import { fakeClock, testRandom } from '../src/testing/ports.ts'
import { dss } from './judges/dss.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import { MECHANISMS } from './support/mechanisms.ts'
import { makePki, type Pki } from './support/pki.ts'
import {
  addField,
  addGroup,
  drawing,
  ownVerdict,
  sharedForm,
  type Place,
  type SharedForm,
} from './support/shared-form.ts'
import { keyOf, party } from './support/sign.ts'

const folder = resolve('.cache/interop/envelope-rules')
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))

const ANNA: Place = { text: 'Text_0001', signature: 'Sign_0001' }
const BORYS: Place = { text: 'Text_0002', signature: 'Sign_0002' }

const attach: Compose = (update) =>
  addEmbeddedFile(update, {
    name: 'late.txt',
    description: 'late',
    stream: new PdfStream(PdfDict.of({ Type: name('EmbeddedFile') }), { data: Uint8Array.of(65) }),
  })

const newSignatureField =
  (rect: readonly number[]): Compose =>
  async (update) =>
    void (await addField(update, { name: 'Late', type: 'Sig', rect }))

/** A field that the document came with, drawn as forms usually have it. */
const drawnField: Compose = async (update) => {
  const entries = { AP: PdfDict.of({ N: update.add(drawing('')) }) }
  await addField(update, { name: 'Other', type: 'Tx', rect: [20, 150, 100, 170] }, entries)
}

let pki: Pki
const caseOf = async (label: string, file: Blob) => {
  const path = join(folder, `${label.replaceAll(/\W+/g, '-')}.pdf`)
  writeFileSync(path, new Uint8Array(await file.arrayBuffer()))
  return { file: path, trusted: [pki.root], crls: [pki.crl] }
}

describeWith(['pyhanko', 'dss'], 'The rules of an envelope, each kept and each broken', () => {
  let form: SharedForm

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('envelope-rules')
    const row = MECHANISMS.find(({ signature }) => signature === 'ECDSA-P256')
    if (!row) throw new Error('no P-256')
    const signer = await party(pki, row)
    form = sharedForm(new Blob([Uint8Array.from(classicPdf())]), signer, signer)
  })

  /** Anna signs, then Borys. */
  const both = async (anna: Place, borys: Place, text: string | null = 'one'): Promise<Blob> => {
    const first = await form.sign(await form.prepared([anna, borys]), anna, text)
    return form.sign(first, borys, 'two')
  }

  const kept = async (label: string, file: Blob): Promise<void> => {
    const verdict = await pyhanko(await caseOf(label, file))
    expect(verdict, `${label}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true })
    for (const { modifications } of verdict.answer.signatures) {
      expect(['NONE', 'LTA_UPDATES', 'FORM_FILLING'], verdict.why).toContain(modifications)
    }
    expect(Object.values(await ownVerdict(file)), label).not.toContain(false)
  }

  /** pyHanko finds every signature intact, and objects to what came after this one. */
  const objected = async (label: string, file: Blob, field: string, level = 'OTHER'): Promise<void> => {
    const verdict = await pyhanko(await caseOf(label, file))
    expect(verdict, `${label}: ${verdict.why}`).toMatchObject({ intact: true, accepts: false })
    const found = verdict.answer.signatures.find((signature) => signature.field === field)
    expect(found, verdict.why).toMatchObject({ modifications: level, docmdpOk: false })
  }

  const ours = async (file: Blob, field: string): Promise<boolean | undefined> => (await ownVerdict(file))[field]

  test('all of them kept: two sign one after the other', async () => {
    const file = await both(ANNA, BORYS)
    await kept('kept', file)
    const verdict = await dss(await caseOf('kept', file))
    for (const { pdf } of verdict.answer.signatures) expect(pdf?.undefinedChanges, verdict.why).toBe(false)
  })

  test('no name begins another: a lock on a name holds for what is named below it', async () => {
    const group: Compose = (update) => addGroup(update, 'Text', { name: 'Two', rect: [40, 150, 120, 170] })
    const lock = (fields: readonly string[]): Place => ({ ...ANNA, lock: { action: 'Include', fields } })
    const signed = async (anna: Place) => form.sign(await form.prepared([anna], group), anna, 'one')
    await kept('other names', await form.fill(await signed(ANNA), { 'Text.Two': 'two' }))
    const filled = await form.fill(await signed(lock(['Text', ANNA.text, ANNA.signature])), { 'Text.Two': 'two' })
    await objected('a name below another', filled, ANNA.signature)
    expect(await ours(filled, ANNA.signature)).toBe(false)
    const people = Array.from({ length: 300 }, (_, i) => draftSignatory(i + 1, { fields: [] }))
    const { fields } = draftSignatory(1)
    const manifest = planEnvelope(draftOf([draftSignatory(1, { fields }), ...people.slice(1)]), {
      id: 'ab'.repeat(16),
      createdAt: '2026-11-22T11:00:00Z',
      document: { name: 'contract.pdf', sha256: 'ab'.repeat(32), size: 1000, pages: 1 },
      enclosed: [],
      stem: 'Env',
    })
    const names = fieldNames(manifest).toSorted()
    expect(names.length).toBeGreaterThan(300)
    // Sorted, a name that begins another stands right before one that it begins.
    expect(names.filter((one, i) => names[i + 1]?.startsWith(one))).toEqual([])
  })

  test('filled and signed in one revision, not in two', async () => {
    const filled = await form.fill(await form.prepared([ANNA, BORYS]), { [ANNA.text]: 'one' })
    const signed = await form.sign(filled, ANNA, null)
    // Nothing is seen of it until somebody signs after her.
    await kept('two revisions', signed)
    await objected('two revisions and the next', await form.sign(signed, BORYS, 'two'), ANNA.signature)
  })

  test('no appearance beforehand: a locked field that stays empty must not have one', async () => {
    await kept('left empty', await both(ANNA, BORYS, null))
    const drawn = (text: string): Place => ({
      ...ANNA,
      entries: (update) => ({ AP: PdfDict.of({ N: update.add(drawing(text)) }) }),
    })
    for (const text of ['', 'ready']) {
      await objected(`drawn ${text}`, await both(drawn(text), BORYS, null), ANNA.signature)
    }
    const over = await both(drawn('ready'), BORYS)
    const verdict = await dss(await caseOf('drawn over', over))
    expect(verdict.answer.signatures[0]?.pdf?.undefinedChanges, verdict.why).toBe(true)
    expect(await ours(over, 'Certification')).toBe(false)
  })

  test('no value beforehand: a visible value that is overwritten is the shadow attack', async () => {
    const suggested: Place = {
      ...ANNA,
      entries: (update) => ({ V: textString('old'), AP: PdfDict.of({ N: update.add(drawing('old')) }) }),
    }
    const file = await form.sign(await form.prepared([suggested]), suggested, 'new')
    const verdict = await dss(await caseOf('overwritten', file))
    expect(verdict.answer.signatures[0]?.pdf?.undefinedChanges, verdict.why).toBe(true)
    expect(await ours(file, 'Certification')).toBe(false)
  })

  test('only /V, /AP and /AS are touched: a date of change at the widget is none of them', async () => {
    const file = await form.prepared([ANNA, BORYS])
    const field = await form.fieldRef(file, ANNA.text)
    const dated = await form.sign(file, ANNA, 'one', (update) => update.change(field, { M: dateString(new Date()) }))
    await objected('with a date of change', dated, 'Certification')
    expect(await ours(dated, 'Certification')).toBe(false)
  })

  test('a lock names exactly one’s own fields, never All: nobody else could sign, and what is drawn elsewhere would count as changed', async () => {
    // What long-term levels add behind it: material, and the field of a document time-stamp.
    const material: Compose = async (update) => {
      const certificate = update.add(new PdfStream(new PdfDict(), { data: new Uint8Array(readFileSync(pki.rootDer)) }))
      await update.change(await catalogRef(update), { DSS: PdfDict.of({ Certs: [certificate] }) })
      await newSignatureField([0, 0, 0, 0])(update)
    }
    const all: Place = { ...ANNA, lock: { action: 'All', fields: [] } }
    const signed = async (place: Place) =>
      form.append(await form.sign(await form.prepared([place], drawnField), place, 'one'), material)
    await kept('own fields locked, then material', await signed(ANNA))
    await objected('all locked, then material', await signed(all), ANNA.signature)
    const first = await form.sign(await form.prepared([all, BORYS]), all, 'one')
    await expect(form.sign(first, BORYS, 'two')).rejects.toMatchObject({ code: 'FORMAT_FIELD_LOCKED' })
    const filled = await form.fill(first, { [BORYS.text]: 'two' })
    await objected('all locked, then the next', filled, ANNA.signature)
    expect(await ours(filled, ANNA.signature)).toBe(false)
  })

  test('without a lock a field that was left empty is filled by anybody after its signature', async () => {
    const later = async (place: Place) =>
      form.fill(await form.sign(await form.prepared([place]), place, null), { [place.text]: 'not hers' })
    const open = await later({ ...ANNA, lock: null })
    await kept('filled behind her, no lock', open)
    const locked = await later(ANNA)
    await objected('filled behind her', locked, ANNA.signature)
    expect(await ours(locked, ANNA.signature)).toBe(false)
  })

  test('nothing is attached after the certification, neither behind nor in a revision that is signed', async () => {
    const prepared = await form.prepared([ANNA])
    await kept('attached by the preparer', await form.sign(await form.prepared([ANNA], attach), ANNA, 'one'))
    const files = {
      behind: await form.append(prepared, attach),
      within: await form.sign(prepared, ANNA, 'one', attach),
    }
    for (const [where, file] of Object.entries(files)) {
      await objected(`attached ${where}`, file, 'Certification')
      expect(await ours(file, 'Certification'), where).toBe(false)
      const verdict = await dss(await caseOf(`attached ${where}`, file))
      expect(verdict.answer.signatures[0]?.pdf?.undefinedChanges, verdict.why).toBe(true)
    }
  })

  test('every signature that is seen has its field beforehand; one that is not seen may come later', async () => {
    const prepared = await form.prepared([ANNA])
    const seen = await form.append(prepared, newSignatureField([10, 10, 60, 30]))
    await objected('a new field that is seen', seen, 'Certification')
    expect(await ours(seen, 'Certification')).toBe(false)
    await kept('a new field that is not seen', await form.append(prepared, newSignatureField([0, 0, 0, 0])))
  })

  test('the visa locks with P 1: behind it nothing is filled any more', async () => {
    const later = async (visa: Place) =>
      form.fill(await form.sign(await form.prepared([ANNA, visa]), visa, 'seen'), { [ANNA.text]: 'late' })
    await kept('behind a signature', await later(BORYS))
    const file = await later({ ...BORYS, docMdp: 1 })
    await objected('behind the visa', file, BORYS.signature, 'FORM_FILLING')
    expect(await ours(file, BORYS.signature)).toBe(false)
  })
})

describeWith(['qpdf', 'mutool'], 'A whole envelope against its rules, before our own reader', () => {
  let signed: SourceFile
  const desk = async () => {
    pki = makePki('envelope-rules')
    return envelopeDesk({ any: await keyOf(pki, 'P-256', 'ECDSA-P256') }, font, {
      clock: fakeClock(new Date().toISOString()),
      random: testRandom,
      engine: testEngine,
    }).envelopes
  }

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    const envelopes = await desk()
    const key = testKeyRef('any')
    const file = { name: 'contract.pdf', blob: new Blob([Uint8Array.from(classicPdf())]) }
    const draft = draftOf([draftSignatory(1), draftSignatory(2)])
    const prepared = await envelopes.prepare({ file, draft, key })
    const values = { EnvField_0001_001: true }
    signed = (await envelopes.sign({ file: prepared.file, signatory: 's1', means: { kind: 'key', key }, values })).file
  })

  const append = async (compose: Compose): Promise<SourceFile> => {
    const update = PdfUpdate.start(await openPdf(blobSource(signed.blob)))
    await compose(update)
    return { ...signed, blob: new Blob([signed.blob, (await update.build(testRandom)).bytes]) }
  }

  const page: Compose = async (update) => {
    const catalog = await update.get(await catalogRef(update))
    const root = catalog instanceof PdfDict ? catalog.get('Pages') : null
    if (root === null || typeof root !== 'object' || !('number' in root)) throw new Error('no page tree')
    await update.push(
      root,
      'Kids',
      update.add(PdfDict.of({ Type: name('Page'), Parent: root, MediaBox: [0, 0, 300, 200] })),
    )
    await update.change(root, { Count: 3 })
  }

  test.each<readonly [string, Compose, RegExp]>([
    ['a file attached later', attach, /catalog/],
    ['a page added', page, /page-tree/],
    ['a signature field that is seen added', newSignatureField([10, 100, 60, 130]), /signature-field-added/],
  ])('%s: broken, nobody’s turn, what was signed is still told', async (_, compose, what) => {
    const { state, steps } = await (await desk()).open(await append(compose))
    expect(state).toMatchObject({ status: 'broken', turn: [], signatories: { s1: { status: 'signed' } } })
    expect(state.problems.map(({ code }) => code)).toEqual(['ENVELOPE_BROKEN'])
    expect(state.problems[0]?.evidence).toMatch(what)
    expect(steps.at(-1)?.kind).toBe('foreign')
  })

  test.each([
    ['qpdf', (from: string, to: string) => [from, to]],
    ['mutool', (from: string, to: string) => ['clean', from, to]],
  ] as const)('saved anew by %s: refused with a code, nothing of it is believed', async (tool, args) => {
    const [from, to] = [join(folder, 'signed.pdf'), join(folder, `signed-${tool}.pdf`)]
    writeFileSync(from, new Uint8Array(await signed.blob.arrayBuffer()))
    const saved = run(toolPath(tool), args(from, to))
    expect(saved.status, saved.err).toBe(0)
    const file = { ...signed, blob: new Blob([readFileSync(to)]) }
    await expect((await desk()).open(file)).rejects.toMatchObject({ code: 'ENVELOPE_RESAVED' })
  })
})
