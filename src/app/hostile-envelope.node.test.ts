import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { PDFDocument } from 'pdf-lib'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromLatin1 } from '../core/bytes/bytes.ts'
import type { EnvelopeDraft } from '../core/envelope/draft.ts'
import { addEmbeddedFile } from '../core/envelope/embedded-file.ts'
import { planEnvelope } from '../core/envelope/plan.ts'
import { MANIFEST_NAME } from '../core/envelope/enclosed.ts'
import { reserve } from '../core/envelope/reserve.ts'
import type { EnvelopeView } from '../core/envelope/view.ts'
import { SignError } from '../core/errors.ts'
import { embedPades } from '../core/formats/pades/embed.ts'
import type { PadesOptions } from '../core/formats/pades/options.ts'
import { preparePades, type Compose } from '../core/formats/pades/prepare.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { SigningKey } from '../core/keys.ts'
import { PdfDict, PdfRef, PdfStream, isArray, type PdfObject } from '../core/pdf/objects.ts'
import { lockDictionary } from '../core/pdf/restrictions.ts'
import { textString } from '../core/pdf/serialize.ts'
import { catalogRef } from '../core/pdf/signature-field.ts'
import { textOf } from '../core/pdf/text.ts'
import type { PdfUpdate } from '../core/pdf/update.ts'
import { codeOf, draftOf, draftSignatory, envelopeDesk, testKeyRef, type EnvelopeDesk } from '../testing/envelopes.ts'
import { classicPdf } from '../testing/pdf-builder.ts'
import { signPdf, signingPorts } from '../testing/pdf-signing.ts'
import { update as appendUpdate } from '../testing/pdf-update.ts'
import { signerInfoOf, signingKeyOf, testChain, type TestParty } from '../testing/pki.ts'

const font = new Uint8Array(readFileSync(new URL('../../public/fonts/noto-sans.ttf', import.meta.url)))
const original = classicPdf()
const byTest = { kind: 'key' as const, key: testKeyRef('any') }

let leaf: TestParty
let keys: Record<string, SigningKey>
let desk: EnvelopeDesk
/** Prepared; signed by s1; signed by all three. */
let files: readonly [SourceFile, SourceFile, SourceFile]

const three = draftOf([draftSignatory(1), draftSignatory(2, { kind: 'simple' }), draftSignatory(3)], {
  deadline: '2026-12-25T00:00:00.000Z',
})
const boxOf = (n: number): string => `EnvField_${String(n).padStart(4, '0')}_001`
const textOfField = (n: number): string => `EnvField_${String(n).padStart(4, '0')}_002`
const source = (bytes: Uint8Array): SourceFile => ({ name: 'contract.pdf', blob: new Blob([Uint8Array.from(bytes)]) })
const bytesOf = async ({ blob }: SourceFile): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())
const open = (file: SourceFile): Promise<EnvelopeView> => desk.envelopes.open(file)
const problems = ({ state }: EnvelopeView): readonly string[] => state.problems.map(({ code }) => code)

beforeAll(async () => {
  leaf = (await testChain()).leaf
  keys = { any: signingKeyOf(leaf) }
  desk = envelopeDesk(keys, font)
  const { envelopes } = desk
  const { file: prepared } = await envelopes.prepare({ file: source(original), draft: three, key: testKeyRef('any') })
  const one = await envelopes.sign({ file: prepared, signatory: 's1', means: byTest, values: { [boxOf(1)]: true } })
  const means = { kind: 'code' as const, code: envelopes.newCode() }
  const two = await envelopes.sign({ file: one.file, signatory: 's2', means, values: { [boxOf(2)]: true } })
  const last = await envelopes.sign({ file: two.file, signatory: 's3', means: byTest, values: { [boxOf(3)]: true } })
  files = [prepared, one.file, last.file]
}, 60_000)

/** Signs past the rules of the app, as other software could. */
async function forge(bytes: Uint8Array, options: PadesOptions, compose?: Compose): Promise<SourceFile> {
  const file = source(bytes)
  const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
  const prepared = await preparePades({ files: [file], signers, level: 'B-B', options }, signingPorts, compose)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
  return embedPades(prepared, values, signingPorts)
}

const ORIGINAL = { name: 'contract.pdf', sha256: '', size: original.length, pages: 1 }

async function planned(draft: EnvelopeDraft = three, sha256?: string) {
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(original))).toString('hex')
  const document = { ...ORIGINAL, sha256: sha256 ?? digest }
  return planEnvelope(draft, {
    id: 'ab'.repeat(16),
    createdAt: '2026-11-22T11:00:00Z',
    document,
    enclosed: [],
    stem: 'Env',
  })
}

const certifying = (field: string): PadesOptions => ({ certify: 2, field: { kind: 'new', name: field } })

async function changeField(
  update: PdfUpdate,
  name: string,
  entries: Readonly<Record<string, PdfObject>>,
): Promise<void> {
  const catalog = await update.get(await catalogRef(update))
  const form = await update.resolve(catalog instanceof PdfDict ? catalog.get('AcroForm') : null)
  const fields = await update.resolve(form instanceof PdfDict ? form.get('Fields') : null)
  for (const ref of isArray(fields) ? fields : []) {
    const dict = await update.resolve(ref)
    if (ref instanceof PdfRef && dict instanceof PdfDict && textOf(dict.get('T')) === name)
      await update.change(ref, entries)
  }
}

describe('what is no envelope', () => {
  test('a signed document without a manifest', async () => {
    expect(await codeOf(open(source(await signPdf(original, leaf))))).toBe('ENVELOPE_MANIFEST_MISSING')
    expect(await codeOf(open(source(original)))).toBe('ENVELOPE_MANIFEST_MISSING')
    expect(await codeOf(open(source(new Uint8Array(40))))).toBe('FORMAT_NOT_PDF')
  })

  test('a signed file and an envelope cannot be prepared', async () => {
    const prepare = (bytes: Uint8Array) =>
      desk.envelopes.prepare({ file: source(bytes), draft: three, key: testKeyRef('any') })
    expect(await codeOf(prepare(await signPdf(original, leaf)))).toBe('ENVELOPE_ALREADY_SIGNED')
    expect(await codeOf(prepare(await bytesOf(files[0])))).toBe('ENVELOPE_ALREADY_SIGNED')
  })

  test('two manifests, by whoever certified them', async () => {
    const manifest = await planned()
    const made = await forge(original, certifying(manifest.reserved.certification), async (update) => {
      await reserve(update, { manifest, font })
      const stream = new PdfStream(new PdfDict(), { data: new TextEncoder().encode('{}') })
      await addEmbeddedFile(update, { name: MANIFEST_NAME, description: 'another', stream })
    })
    expect(await codeOf(open(made))).toBe('ENVELOPE_MANIFEST_DUPLICATED')
  })

  test('a manifest of another document, a manifest that is not sound', async () => {
    const foreign = await planned(three, '12'.repeat(32))
    const compose =
      (manifest: typeof foreign): Compose =>
      (update) =>
        reserve(update, { manifest, font })
    const made = await forge(original, certifying(foreign.reserved.certification), compose(foreign))
    expect(await codeOf(open(made))).toBe('ENVELOPE_DOCUMENT_MISMATCH')
    const odd = { ...(await planned()), order: [['s1']] }
    const bad = await forge(original, certifying(odd.reserved.certification), compose(odd))
    expect(await codeOf(open(bad))).toBe('ENVELOPE_MANIFEST_INVALID')
  })

  test('an approval signature vouches for nothing', async () => {
    const manifest = await planned()
    const field = { kind: 'new' as const, name: manifest.reserved.certification }
    const made = await forge(original, { field }, (update) => reserve(update, { manifest, font }))
    expect(await codeOf(open(made))).toBe('ENVELOPE_NOT_CERTIFIED')
    const other = await forge(original, certifying('Another_0001'), (update) => reserve(update, { manifest, font }))
    expect(await codeOf(open(other))).toBe('ENVELOPE_NOT_CERTIFIED')
  })

  test('a field that was filled beforehand, or whose signature locks more than its own', async () => {
    const manifest = await planned()
    const certify = certifying(manifest.reserved.certification)
    const filled = await forge(original, certify, async (update) => {
      await reserve(update, { manifest, font })
      await changeField(update, textOfField(1), { V: textString('I owe you a million') })
    })
    expect(await codeOf(open(filled))).toBe('ENVELOPE_MANIFEST_INVALID')
    const locked = await forge(original, certify, async (update) => {
      await reserve(update, { manifest, font })
      await changeField(update, 'EnvSignature_0001', { Lock: lockDictionary({ action: 'All', fields: [] }) })
    })
    expect(await codeOf(open(locked))).toBe('ENVELOPE_MANIFEST_INVALID')
  })

  test('a file that another program wrote anew', async () => {
    const loaded = await PDFDocument.load(await bytesOf(files[1]), { updateMetadata: false })
    expect(await codeOf(open(source(await loaded.save())))).toBe('ENVELOPE_RESAVED')
  })
})

describe('what is done to an envelope', () => {
  test('a byte of the preparer’s revision', async () => {
    const bytes = await bytesOf(files[2])
    const at = fromLatin1(bytes).indexOf('/MediaBox [0 0 300 200]')
    bytes[at + 12] = 49
    expect(await codeOf(open(source(bytes)))).toBe('ENVELOPE_BROKEN')
  })

  test('a revision that replaces the manifest, the page, or a signed value is foreign', async () => {
    const bytes = await bytesOf(files[1])
    const text = fromLatin1(bytes)
    const manifest = Number(/(\d+) 0 obj\n<<\/Type\/EmbeddedFile/.exec(text)?.[1])
    const box = Number(/(\d+) 0 obj\n(?:(?!endobj)[^])*?\(EnvField_0001_001\)/.exec(text)?.[1])
    const replaced = [
      [manifest, '<< /Type /EmbeddedFile /Length 2 >>\nstream\n{}\nendstream'],
      [4, '<< /Length 0 >>\nstream\n\nendstream'],
      [box, '<< /FT /Btn /T (EnvField_0001_001) >>'],
    ] as const
    for (const [number, object] of replaced) {
      expect(number).toBeGreaterThan(0)
      const view = await open(source(appendUpdate(bytes, { [number]: object })))
      expect(view.state).toMatchObject({ status: 'broken', turn: [] })
      expect(view.steps.at(-1)?.kind).toBe('foreign')
      // What was signed before is still told.
      expect(view.state.signatories['s1']?.status).toBe('signed')
    }
  })

  test('one who is not in it signs: told, and nobody’s turn is lost', async () => {
    const view = await open(await forge(await bytesOf(files[1]), {}))
    expect(problems(view)).toEqual(['ENVELOPE_NOT_A_SIGNATORY'])
    expect(view.state).toMatchObject({ status: 'running', turn: ['s2'] })
    expect(view.steps.at(-1)).toMatchObject({ kind: 'refused', detail: 'ENVELOPE_NOT_A_SIGNATORY' })
  })

  test('signing past the rules: out of turn, without the box, with another’s field', async () => {
    const bytes = await bytesOf(files[0])
    const field = (n: number) => ({ kind: 'existing' as const, name: `EnvSignature_${String(n).padStart(4, '0')}` })
    const fill = (values: Record<string, string | boolean>) => ({ values, font, onlyOwn: true as const })
    const out = await open(await forge(bytes, { field: field(3), fill: fill({ [boxOf(3)]: true }) }))
    expect([problems(out), out.state.turn]).toEqual([['ENVELOPE_OUT_OF_TURN'], ['s1']])
    const empty = await open(await forge(bytes, { field: field(1) }))
    expect([problems(empty), empty.state.turn]).toEqual([['ENVELOPE_FIELD_REQUIRED'], ['s1']])
    const foreign = fill({ [boxOf(1)]: true, [textOfField(3)]: 'his' })
    expect((await open(await forge(bytes, { field: field(1), fill: foreign }))).state.status).toBe('broken')
  })

  test('fields filled without signing, a simple signature of another file, an act in the wrong place', async () => {
    const { fillEnvelope } = await import('../core/envelope/fill.ts')
    const fill = async (file: SourceFile, values: Record<string, string | boolean>) =>
      open(await fillEnvelope({ file, values, font }, signingPorts))
    expect((await fill(files[0], { [textOfField(1)]: 'x' })).state.status).toBe('broken')
    const simple = (await open(files[2])).signatories[1]?.simple?.record
    const other = await fill(files[1], {
      EnvSimple_0002: JSON.stringify({ ...simple, size: files[0].blob.size }),
      [boxOf(2)]: true,
    })
    expect(other.state.status).toBe('broken')
    const decline = (time: string) => JSON.stringify({ act: 'decline', signatory: 's1', reason: 'no', time })
    expect((await fill(files[0], { EnvDecline_0001: decline('2026-11-25T12:00:00Z') })).state.status).toBe('declined')
    expect((await fill(files[0], { EnvDecline_0003: decline('2026-11-25T12:00:00Z') })).state.status).toBe('broken')
    expect((await fill(files[0], { EnvClose_0000: 'not JSON' })).state.status).toBe('broken')
  })

  test('a flipped byte never passes, wherever it lies', async () => {
    const bytes = await bytesOf(files[2])
    const range = /\/ByteRange \[0 (\d+) (\d+) /g
    const last = [...fromLatin1(bytes).matchAll(range)].at(-1)
    const [from, until] = [Number(last?.[1]), Number(last?.[2])]
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        // The last signature’s own padding is covered by nobody yet.
        fc.pre(at < from || at >= until)
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ mask
        let verdict = 'refused'
        try {
          const { state, report } = await open(source(changed))
          const isSound =
            report.signatures.length === 3 && report.signatures.every(({ integrity }) => integrity === 'intact')
          verdict = state.status === 'complete' && isSound ? 'passed' : state.status
        } catch (error) {
          if (!(error instanceof SignError)) throw error
        }
        expect(verdict).not.toBe('passed')
      }),
      { seed: 21, numRuns: 60 },
    )
  }, 120_000)
})

describe('what the app refuses before it asks the key', () => {
  const sign = (file: SourceFile, signatory: string, more: object = {}) =>
    codeOf(desk.envelopes.sign({ file, signatory, means: byTest, values: {}, ...more }))

  test('out of turn, twice, a stranger, the wrong kind, a missing box, a short code', async () => {
    expect(await sign(files[0], 's3')).toBe('ENVELOPE_OUT_OF_TURN')
    expect(await sign(files[1], 's1')).toBe('ENVELOPE_SIGNED_ALREADY')
    expect(await sign(files[1], 's9')).toBe('ENVELOPE_NOT_A_SIGNATORY')
    expect(await sign(files[1], 's2')).toBe('ENVELOPE_KIND_MISMATCH')
    expect(await sign(files[0], 's1')).toBe('ENVELOPE_FIELD_REQUIRED')
    const short = { means: { kind: 'code', code: '123456' }, values: { [boxOf(2)]: true } }
    expect(await sign(files[1], 's2', short)).toBe('ENVELOPE_CODE_TOO_SHORT')
    expect(await sign(files[2], 's3')).toBe('ENVELOPE_SIGNED_ALREADY')
    expect(await codeOf(desk.envelopes.close({ file: files[2], reason: '' }))).toBe('ENVELOPE_CLOSED')
  })

  test('after the deadline; with a clock behind the act before', async () => {
    const at = (iso: string) => envelopeDesk(keys, font, { ...signingPorts, clock: clockAt(iso) }).envelopes
    const request = { file: files[0], signatory: 's1', means: byTest, values: { [boxOf(1)]: true } }
    expect(await codeOf(at('2026-12-26T00:00:00Z').sign(request))).toBe('ENVELOPE_EXPIRED')
    expect(await codeOf(at('2026-11-24T00:00:00Z').sign(request))).toBe('ENVELOPE_CLOCK_BEFORE_PREVIOUS')
    expect((await at('2026-12-26T00:00:00Z').open(files[1])).state).toMatchObject({ status: 'expired', turn: [] })
  })

  test('a draft that cannot be prepared says where', async () => {
    const draft = draftOf([draftSignatory(1, { kind: 'simple' })], { title: ' ' })
    expect(desk.envelopes.problems(draft).map(({ id }) => id)).toEqual(['no-title', 'simple-not-covered'])
    const prepare = desk.envelopes.prepare({ file: source(original), draft, key: testKeyRef('any') })
    expect(await codeOf(prepare)).toBe('ENVELOPE_DRAFT_INVALID')
    const field = { kind: 'text' as const, page: 1, rect: [290, 10, 320, 30] as const, required: false }
    const off = draftOf([draftSignatory(1, { fields: [field] })])
    expect(await codeOf(desk.envelopes.prepare({ file: source(original), draft: off, key: testKeyRef('any') }))).toBe(
      'ENVELOPE_DRAFT_INVALID',
    )
  })
})

test('a thousand signatories are prepared, signed and read; one more is refused', async () => {
  const people = (count: number) => Array.from({ length: count }, (_, i) => draftSignatory(i + 1, { fields: [] }))
  const { envelopes } = envelopeDesk(keys, font)
  const prepare = (count: number) =>
    envelopes.prepare({ file: source(original), draft: draftOf(people(count)), key: testKeyRef('any') })
  const { file, view } = await prepare(1000)
  expect(view.manifest.signatories).toHaveLength(1000)
  const one = await envelopes.sign({ file, signatory: 's1', means: byTest, values: {} })
  expect(one.view.state).toMatchObject({ status: 'running', turn: ['s2'], problems: [] })
  expect(await codeOf(prepare(1001))).toBe('ENVELOPE_DRAFT_INVALID')
}, 60_000)

function clockAt(iso: string) {
  let now = new Date(iso)
  return { now: () => now, set: (next: string) => void (now = new Date(next)) }
}
