// Envelopes whose cover sheet stands for documents of any kind: attached to it or beside it, and what nobody may do with them.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { zlibSync } from 'fflate'
import { beforeAll, describe, expect, test } from 'vitest'
import { blobSource } from '../core/bytes/byte-source.ts'
import { equalBytes, fromLatin1 } from '../core/bytes/bytes.ts'
import { attachedBlob } from '../core/envelope/check-enclosed.ts'
import { composeCover } from '../core/envelope/cover.ts'
import { addEmbeddedFile, listFiles } from '../core/envelope/embedded-file.ts'
import type { EnclosedDocument } from '../core/envelope/enclosed.ts'
import { SignError } from '../core/errors.ts'
import type { Compose } from '../core/formats/pades/prepare.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { SigningKey } from '../core/keys.ts'
import { PdfDict, PdfStream, name as pdfName } from '../core/pdf/objects.ts'
import { openPdf } from '../core/pdf/open.ts'
import { countPages } from '../core/pdf/pages.ts'
import { codeOf, draftOf, draftSignatory, envelopeDesk, testKeyRef, type EnvelopeDesk } from '../testing/envelopes.ts'
import { forgeEnvelope } from '../testing/forged-envelope.ts'
import { classicPdf } from '../testing/pdf-builder.ts'
import { openSessions } from '../worker/validation.ts'
import { confirmedEnvelopes } from './confirmed-envelopes.ts'
import { signPdf, signingPorts } from '../testing/pdf-signing.ts'
import { update as appendUpdate } from '../testing/pdf-update.ts'
import { signingKeyOf, testChain, type TestParty } from '../testing/pki.ts'

const read = (path: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`../../public/${path}`, import.meta.url)))
const font = read('fonts/noto-sans.ttf')
const source = (name: string, bytes: Uint8Array, type = ''): SourceFile => ({
  name,
  blob: new Blob([Uint8Array.from(bytes)], { type }),
})
const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

let leaf: TestParty
let keys: Record<string, SigningKey>
let documents: readonly SourceFile[]
const byKey = { kind: 'key' as const, key: testKeyRef('any') }
const boxOf = (n: number): string => `EnvField_${String(n).padStart(4, '0')}_001`
const two = draftOf([
  draftSignatory(1),
  draftSignatory(2, { kind: 'simple' }),
  draftSignatory(3, { role: 'visa', fields: [] }),
])

beforeAll(async () => {
  leaf = (await testChain()).leaf
  keys = { any: signingKeyOf(leaf) }
  documents = [
    source('offer.docx', read('samples/offer.docx')),
    source('contract.pdf', read('samples/contract.pdf')),
    source('signed.pdf', await signPdf(classicPdf(), leaf)),
    source('contract.pdf', classicPdf()),
  ]
})

const tick = ({ clock }: EnvelopeDesk): void => clock.set(new Date(clock.now().getTime() + 60_000).toISOString())

async function prepared(desk: EnvelopeDesk, attached: boolean, files = documents, draft = two) {
  const { envelopes } = desk
  const enclosed = await envelopes.describe({ files, attached })
  const cover = await envelopes.cover({ files, enclosed, title: two.title, language: 'uk' })
  const options = attached ? {} : { beside: files }
  const made = await envelopes.prepare({ file: cover, enclosed, draft, key: testKeyRef('any') }, options)
  tick(desk)
  return { ...made, enclosed, cover }
}

describe('documents in the cover’s file', () => {
  test('from the preparer to the visa: every state is known from the file alone, and each document comes back as it was', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const { file, view, enclosed } = await prepared(desk, true)
    expect(enclosed.map(({ name, mediaType, pages }) => [name, mediaType, pages])).toEqual([
      ['offer.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', undefined],
      ['contract.pdf', 'application/pdf', 3],
      ['signed.pdf', 'application/pdf', 1],
      ['contract (2).pdf', 'application/pdf', 1],
    ])
    expect(view.manifest).toMatchObject({ version: 2, enclosures: enclosed })
    const one = await envelopes.sign({ file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } })
    tick(desk)
    const code = { kind: 'code' as const, code: envelopes.newCode() }
    const second = await envelopes.sign({ file: one.file, signatory: 's2', means: code, values: { [boxOf(2)]: true } })
    tick(desk)
    const last = await envelopes.sign({ file: second.file, signatory: 's3', means: byKey, values: {} })
    expect(last.view.state).toMatchObject({ status: 'complete', problems: [] })
    expect(last.view.enclosed.map(({ state }) => state)).toEqual(documents.map(() => 'attached'))
    for (const [i, one_] of last.view.enclosed.entries()) {
      const blob = attachedBlob(last.file.blob, one_)
      expect(blob && equalBytes(await bytesOf(blob), await bytesOf(documents[i]!.blob))).toBe(true)
    }
    expect(await envelopes.open(last.file)).toEqual(last.view)
    const report = await envelopes.report(last.view)
    expect(await countPages(await openPdf(blobSource(report.blob)))).toBe(2)
  })

  test('any flipped byte of any document is seen', async () => {
    const desk = envelopeDesk(keys, font)
    const { file, view } = await prepared(desk, true)
    const bytes = await bytesOf(file.blob)
    const spans = view.enclosed.map(({ start, size }) => ({ start: start ?? 0, size }))
    await fc.assert(
      fc.asyncProperty(fc.nat(spans.length - 1), fc.double({ min: 0, max: 0.9999, noNaN: true }), async (i, at) => {
        const { start, size } = spans[i]!
        const changed = Uint8Array.from(bytes)
        changed[start + Math.floor(at * size)]! ^= 1
        expect(await codeOf(desk.envelopes.open(source('x.pdf', changed)))).toBe('ENVELOPE_BROKEN')
      }),
      { numRuns: 25 },
    )
  })

  test('a cover sheet of 150 documents goes on over many pages; more than an envelope holds is refused with a code', async () => {
    const { envelopes } = envelopeDesk(keys, font)
    const files = (n: number) =>
      Array.from({ length: n }, (_, i) => source(`Annex ${i}.txt`, new Uint8Array([i & 255])))
    const many = files(150)
    const enclosed = await envelopes.describe({ files: many, attached: true })
    const cover = await envelopes.cover({ files: many, enclosed, title: 'All of it', language: 'en' })
    expect(await countPages(await openPdf(blobSource(cover.blob)))).toBeGreaterThan(10)
    expect(await codeOf(envelopes.describe({ files: files(1000), attached: true }))).toBe('ENVELOPE_TOO_MANY_DOCUMENTS')
    expect(await codeOf(envelopes.describe({ files: [source('a', new Uint8Array())], attached: true }))).toBe(
      'ENVELOPE_DOCUMENT_EMPTY',
    )
  })
})

describe('a detached signature beside each document, where the preparer asked for it', () => {
  test('one act: each certificate signatory signs each document too, and each signature verifies over its document alone', async () => {
    const asked: string[] = []
    const counted: SigningKey = {
      ...keys['any']!,
      sign: (...parts) => {
        asked.push('asked')
        return keys['any']!.sign(...parts)
      },
    }
    const desk = envelopeDesk({ any: counted }, font)
    const { envelopes } = desk
    for (const attached of [true, false]) {
      const { file, view } = await prepared(desk, attached, documents, { ...two, detached: true })
      expect(view.manifest.detached).toBe(true)
      const beside = attached ? [] : documents
      asked.length = 0
      const one = await envelopes.sign(
        { file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } },
        { beside },
      )
      expect(asked).toHaveLength(documents.length + 1)
      expect(one.detached.map(({ file: { name }, source: of }) => [name, of])).toEqual(
        view.enclosed.map(({ name }) => [`${name}.s1.p7s`, name]),
      )
      const sessions = openSessions(signingPorts)
      const watch = { signal: new AbortController().signal, progress: () => undefined }
      for (const [i, { file: signature }] of one.detached.entries()) {
        const at = { at: desk.clock.now() }
        const { report } = await sessions.check([signature, documents[i]!], at, watch)
        expect(report?.signatures.map(({ integrity }) => integrity)).toEqual(['intact'])
        const other = { name: documents[i]!.name, blob: documents[(i + 1) % 4]!.blob }
        const { report: another } = await sessions.check([signature, other], at, watch)
        expect(another?.signatures[0]?.integrity).not.toBe('intact')
      }
      tick(desk)
      // A code signs the digests in the manifest, and makes no file of its own.
      const code = { kind: 'code' as const, code: envelopes.newCode() }
      const simply = { file: one.file, signatory: 's2', means: code, values: { [boxOf(2)]: true } }
      expect((await envelopes.sign(simply, { beside })).detached).toEqual([])
    }
  })

  test('a key that fails midway leaves nothing: no envelope, no signature', async () => {
    let left = 0
    const failing: SigningKey = {
      ...keys['any']!,
      sign: (...parts) =>
        left-- > 0 ? keys['any']!.sign(...parts) : Promise.reject(new SignError('KEY_TOKEN_REMOVED', 'gone')),
    }
    left = 1
    const desk = envelopeDesk({ any: failing }, font)
    const { file } = await prepared(desk, true, documents, { ...two, detached: true })
    left = 2
    const act = desk.envelopes.sign({ file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } })
    expect(await codeOf(act)).toBe('KEY_TOKEN_REMOVED')
  })
})

describe('documents beside the cover', () => {
  test('nobody signs by certificate or code until all are at hand; declining needs none', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const { file } = await prepared(desk, false)
    const sign = (beside: readonly SourceFile[]) =>
      envelopes.sign({ file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } }, { beside })
    expect((await envelopes.open(file)).enclosed.map(({ state }) => state)).toEqual(documents.map(() => 'missing'))
    expect(await codeOf(sign([]))).toBe('ENVELOPE_DOCUMENT_MISSING')
    expect(await codeOf(sign(documents.slice(1)))).toBe('ENVELOPE_DOCUMENT_MISSING')
    const changed = source(
      'offer.docx',
      (await bytesOf(documents[0]!.blob)).map((b, i) => (i === 99 ? b ^ 1 : b)),
    )
    expect(await codeOf(sign([changed, ...documents.slice(1)]))).toBe('ENVELOPE_DOCUMENT_MISSING')
    const one = await sign(documents.toReversed())
    expect(one.view.enclosed.map(({ state }) => state)).toEqual(documents.map(() => 'added'))
    tick(desk)
    const code = { kind: 'code' as const, code: envelopes.newCode() }
    const simply = { file: one.file, signatory: 's2', means: code, values: { [boxOf(2)]: true } }
    expect(await codeOf(envelopes.sign(simply))).toBe('ENVELOPE_DOCUMENT_MISSING')
    expect((await envelopes.sign(simply, { beside: documents })).view.state.problems).toEqual([])
    const declined = await envelopes.decline({ file, signatory: 's1', reason: 'no' })
    expect(declined.view.state.status).toBe('declined')
  })

  test('each file handed over is known by its digest, whatever its name, or said to be wrong', async () => {
    const { envelopes } = envelopeDesk(keys, font)
    const enclosed = await envelopes.describe({ files: documents, attached: false })
    const [first, second] = documents
    const renamed = source('renamed.bin', await bytesOf(second!.blob))
    const other = source('OFFER.docx', (await bytesOf(first!.blob)).fill(0, 0, 1))
    const files = [renamed, first!, other, source('holiday.png', new Uint8Array([1]))]
    expect(await envelopes.match(enclosed, files)).toEqual([
      { index: 1 },
      { index: 0 },
      { code: 'ENVELOPE_DOCUMENT_CHANGED', name: 'OFFER.docx' },
      { code: 'ENVELOPE_DOCUMENT_UNKNOWN', name: 'holiday.png' },
    ])
  })

  test('any change of any document is seen: a byte, one more, one less', async () => {
    const { envelopes } = envelopeDesk(keys, font)
    const enclosed = await envelopes.describe({ files: documents, attached: false })
    const originals = await Promise.all(documents.map(({ blob }) => bytesOf(blob)))
    const change = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), at: fc.double({ min: 0, max: 0.9999, noNaN: true }) }),
      fc.record({ kind: fc.constantFrom('cut' as const, 'grow' as const), at: fc.constant(0) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(documents.length - 1), change, async (i, { kind, at }) => {
        const bytes = originals[i]!
        const changed =
          kind === 'cut' ? bytes.slice(0, -1) : Uint8Array.from([...bytes, ...(kind === 'grow' ? [0] : [])])
        if (kind === 'flip') changed[Math.floor(at * bytes.length)]! ^= 1
        const [answer] = await envelopes.match(enclosed, [source(enclosed[i]!.name, changed)])
        expect(answer).toEqual({ code: 'ENVELOPE_DOCUMENT_CHANGED', name: enclosed[i]!.name })
      }),
      { numRuns: 40 },
    )
  })

  test('what is confirmed before a key signs are the digests of all of them', async () => {
    const desk = envelopeDesk(keys, font)
    const confirmed: (readonly string[])[] = []
    const guarded = confirmedEnvelopes(desk.envelopes, (_key, _file, enclosed) => {
      confirmed.push(enclosed.map(({ sha256 }) => sha256))
      return Promise.resolve()
    })
    const { file, enclosed } = await prepared({ ...desk, envelopes: guarded }, false)
    await guarded.sign({ file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } }, { beside: documents })
    const all = enclosed.map(({ sha256 }) => sha256)
    expect(confirmed).toEqual([all, all])
  })

  test('the preparer must have them too', async () => {
    const { envelopes } = envelopeDesk(keys, font)
    const enclosed = await envelopes.describe({ files: documents, attached: false })
    const cover = await envelopes.cover({ files: documents, enclosed, title: two.title, language: two.language })
    expect(await codeOf(envelopes.prepare({ file: cover, enclosed, draft: two, key: testKeyRef('any') }))).toBe(
      'ENVELOPE_DOCUMENT_MISSING',
    )
  })
})

describe('by other software', () => {
  /** A certified envelope over a cover that does not hold what its manifest says. */
  async function forge(
    carried: readonly SourceFile[],
    named: (enclosed: readonly EnclosedDocument[]) => readonly EnclosedDocument[] = (same) => same,
    before?: Compose,
  ): Promise<SourceFile> {
    const honest = await envelopeDesk(keys, font).envelopes.describe({ files: documents, attached: true })
    const { title, language } = two
    const cover = await composeCover({ files: carried, enclosed: honest, title, language, font }, signingPorts)
    return forgeEnvelope({ cover, enclosed: named(honest), draft: two, leaf, font, ...(before ? { before } : {}) })
  }
  const open = (file: SourceFile) => envelopeDesk(keys, font).envelopes.open(file)
  const states = async (file: SourceFile) => (await open(file)).enclosed.map(({ state }) => state)
  const signing = (file: SourceFile) =>
    envelopeDesk(keys, font).envelopes.sign({ file, signatory: 's1', means: byKey, values: { [boxOf(1)]: true } })

  test('the honest one is accepted', async () => {
    const file = await forge(documents)
    expect(await states(file)).toEqual(documents.map(() => 'attached'))
    expect(await codeOf(signing(file))).toBe('nothing was refused')
  })

  test('two documents swapped, one of another size: changed, and nobody signs', async () => {
    const [a, b, c, d] = documents
    const swapped = await forge([b!, a!, c!, d!])
    expect(await states(swapped)).toEqual(['changed', 'changed', 'attached', 'attached'])
    expect(await codeOf(signing(swapped))).toBe('ENVELOPE_DOCUMENT_CHANGED')
  })

  test('one that is not there is missing; one that is there and not named is refused', async () => {
    const extra = { ...(await envelopeDesk(keys, font).envelopes.describe({ files: documents, attached: true }))[0]! }
    const missing = await forge(documents, (all) => [...all, { ...extra, name: 'gone.docx' }])
    expect((await states(missing)).at(-1)).toBe('missing')
    expect(await codeOf(signing(missing))).toBe('ENVELOPE_DOCUMENT_MISSING')
    expect(await codeOf(open(await forge(documents, (all) => all.slice(1))))).toBe('ENVELOPE_MANIFEST_INVALID')
  })

  test('the same name twice, so that two readers could take two files', async () => {
    const stream = new PdfStream(PdfDict.of({ Type: pdfName('EmbeddedFile') }), { data: font.subarray(0, 50) })
    const file = await forge(documents, undefined, (update) =>
      addEmbeddedFile(update, { name: 'offer.docx', description: 'another', stream }),
    )
    expect((await states(file))[0]).toBe('changed')
    expect(await codeOf(signing(file))).toBe('ENVELOPE_DOCUMENT_CHANGED')
  })

  test('a filtered stream is never inflated: it is not the document as it is', async () => {
    const bomb = zlibSync(new Uint8Array(64 << 20))
    const before = process.memoryUsage().arrayBuffers
    const file = await forge(documents, undefined, async (update) => {
      const [offer] = (await listFiles(update.document, 0)).filter(({ names }) => names.includes('offer.docx'))
      const dict = PdfDict.of({ Type: pdfName('EmbeddedFile'), Filter: pdfName('FlateDecode') })
      update.set(offer!.streams[0]!.ref!, new PdfStream(dict, { data: bomb }))
    })
    expect(await states(file)).toEqual(['changed', 'attached', 'attached', 'attached'])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20)
    // Not even when the document that is named is what would come out of it.
    const [offer] = documents
    const small = zlibSync(await bytesOf(offer!.blob))
    const same = await forge(documents, undefined, async (update) => {
      const [found] = (await listFiles(update.document, 0)).filter(({ names }) => names.includes('offer.docx'))
      const dict = PdfDict.of({ Type: pdfName('EmbeddedFile'), Filter: pdfName('FlateDecode') })
      update.set(found!.streams[0]!.ref!, new PdfStream(dict, { data: small }))
    })
    expect((await states(same))[0]).toBe('changed')
  })

  test('a document replaced by a later revision: what was certified still counts, and the file is broken', async () => {
    const { file, view } = await prepared(envelopeDesk(keys, font), true)
    const bytes = await bytesOf(file.blob)
    const number = Number(/(\d+) 0 obj\n<<\/Type\/EmbeddedFile/.exec(fromLatin1(bytes))?.[1])
    const changed = appendUpdate(bytes, { [number]: '<< /Type /EmbeddedFile /Length 2 >>\nstream\n{}\nendstream' })
    const after = await open(source('x.pdf', changed))
    expect(after.state.status).toBe('broken')
    expect(after.enclosed).toEqual(view.enclosed)
  })

  test('an envelope may be enclosed in another, untouched', async () => {
    const desk = envelopeDesk(keys, font)
    const inner = await prepared(desk, true)
    const outer = await prepared(desk, true, [inner.file, ...documents])
    expect(outer.view.enclosed.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'attached'))
    const blob = attachedBlob(outer.file.blob, outer.view.enclosed[0]!)
    expect(blob && (await envelopeDesk(keys, font).envelopes.open({ name: 'inner.pdf', blob })).sha256).toBe(
      inner.view.sha256,
    )
  })
})
