// An envelope over a cover sheet with a DOCX and two PDFs, one of them signed already, before the judges after every step; what is attached
// comes out by other programs byte for byte as it went in.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EnvelopeResult } from '../src/app/run-envelope.ts'
import type { SourceFile } from '../src/core/formats/format.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../src/testing/envelopes.ts'
import { testEngine } from '../src/testing/engines.ts'
import { fakeClock, testRandom } from '../src/testing/ports.ts'
import { dss } from './judges/dss.ts'
import { opensslCms } from './judges/openssl.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { mutoolDraw, qpdfCheck } from './judges/qpdf.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { makePki, type Pki } from './support/pki.ts'
import { keyOf, sourceFile } from './support/sign.ts'
import { flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/enclosed')
const at = (name: string): string => join(folder, name)
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
const LEVELS = ['NONE', 'LTA_UPDATES', 'FORM_FILLING']
const EXPECTED = /^(BBB_XCV_(AIA|REVOC)_PRES_ANS|BBB_FC_IVDBSFR_ANS)/
const box = (n: number): string => `EnvField_000${n}_001`

describeWith(['openssl', 'pdfsig', 'pyhanko', 'dss', 'qpdf', 'mutool'], 'A cover sheet before the judges', () => {
  let pki: Pki
  let documents: readonly SourceFile[]
  const steps: { name: string; file: string; signatures: number }[] = []
  const signatures: string[] = []
  const keep = async (name: string, { file }: EnvelopeResult, signatures: number): Promise<void> => {
    writeFileSync(at(`${name}.pdf`), new Uint8Array(await file.blob.arrayBuffer()))
    steps.push({ name, file: at(`${name}.pdf`), signatures })
  }
  const caseOf = (file: string): Case => ({ file, trusted: [pki.root], crls: [pki.crl] })

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('enclosed')
    const [preparer, first, visa] = await Promise.all([
      keyOf(pki, 'P-256', 'ECDSA-P256'),
      keyOf(pki, 'RSA-2048', 'RSASSA-PKCS1-v1_5'),
      keyOf(pki, 'P-384', 'ECDSA-P384'),
    ])
    const { envelopes } = envelopeDesk({ preparer, first, visa }, font, {
      clock: fakeClock(new Date().toISOString()),
      random: testRandom,
      engine: testEngine,
    })
    const key = testKeyRef('preparer')
    // An envelope in an envelope: it is a signed PDF, too.
    const inner = await envelopes.prepare({
      file: sourceFile('public/samples/invoice.pdf'),
      draft: draftOf([draftSignatory(1)]),
      key,
    })
    documents = [
      sourceFile('public/samples/offer.docx'),
      sourceFile('public/samples/contract.pdf'),
      { ...inner.file, name: 'Рахунок, уже підписаний.pdf' },
    ]
    const enclosed = await envelopes.describe({ files: documents, attached: true })
    const cover = await envelopes.cover({ files: documents, enclosed, title: 'Договір 14-B', language: 'uk' })
    writeFileSync(at('cover.pdf'), new Uint8Array(await cover.blob.arrayBuffer()))
    const people = [
      draftSignatory(1),
      draftSignatory(2, { kind: 'simple' }),
      draftSignatory(3, { role: 'visa', fields: [] }),
    ]
    const draft = draftOf(people, { detached: true })
    const prepared = await envelopes.prepare({ file: cover, enclosed, draft, key })
    await keep('0-prepared', prepared, 1)
    const byKey = (id: string) => ({ kind: 'key' as const, key: testKeyRef(id) })
    const values = (n: number) => ({ [box(n)]: true })
    const one = await envelopes.sign({
      file: prepared.file,
      signatory: 's1',
      means: byKey('first'),
      values: values(1),
    })
    await keep('1-certificate', one, 2)
    for (const { file } of one.detached) {
      writeFileSync(at(file.name), new Uint8Array(await file.blob.arrayBuffer()))
      signatures.push(file.name)
    }
    for (const { name, blob } of documents) writeFileSync(at(name), new Uint8Array(await blob.arrayBuffer()))
    const code = { kind: 'code' as const, code: envelopes.newCode() }
    const two = await envelopes.sign({ file: one.file, signatory: 's2', means: code, values: values(2) })
    await keep('2-simple', two, 2)
    const last = await envelopes.sign({ file: two.file, signatory: 's3', means: byKey('visa'), values: {} })
    await keep('3-visa', last, 3)
    const report = await envelopes.report(last.view)
    writeFileSync(at('report.pdf'), new Uint8Array(await report.blob.arrayBuffer()))
  }, 300_000)

  test('pdfsig and pyHanko accept every signature after every step, at most form filling, and no tampered twin', async () => {
    for (const { name, file, signatures } of steps) {
      expect(pdfsig(caseOf(file)), name).toMatchObject({ intact: true, signatures })
      const verdict = await pyhanko(caseOf(file))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
      for (const each of verdict.answer.signatures) {
        expect(LEVELS, `${name} ${each.field}: ${verdict.why}`).toContain(each.modifications)
        expect(each.docmdpOk, `${name} ${each.field}`).toBe(true)
      }
      // A byte of the DOCX, in the middle of the file that is attached.
      const docx = Buffer.from(await documents[0]!.blob.arrayBuffer())
      const twin = flipByte(file, `${file}.tampered.pdf`, readFileSync(file).indexOf(docx) + 1000)
      expect(pdfsig(caseOf(twin)), name).toMatchObject({ intact: false })
      expect(await pyhanko(caseOf(twin)), name).toMatchObject({ accepts: false })
    }
  })

  test('DSS passes every signature, with no undefined change, no page added or missing, no overlap', async () => {
    for (const { name, file, signatures } of steps) {
      const verdict = await dss(caseOf(file))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, signatures })
      for (const { pdf, indication, errors, warnings } of verdict.answer.signatures) {
        const complaints = [...errors.filter((text) => !text.startsWith('ARCH_LTAIVMP')), ...warnings]
        expect(
          complaints.filter((text) => !EXPECTED.test(text)),
          name,
        ).toEqual([])
        expect(indication, `${name}: ${errors.join('; ')}`).toBe('TOTAL_PASSED')
        expect(pdf?.undefinedChanges, `${name}: ${verdict.why}`).toBe(false)
        expect(pdf?.pageDifference, name).toEqual([])
        expect(pdf?.annotationOverlap, name).toEqual([])
      }
    }
  })

  test('OpenSSL, DSS and pyHanko accept the detached signature of each document, and of no other', async () => {
    expect(signatures).toEqual(documents.map(({ name }) => `${name}.s1.p7s`))
    for (const [i, name] of signatures.entries()) {
      const own = { ...caseOf(at(name)), contents: [at(documents[i]!.name)] }
      const other = { ...own, contents: [at(documents[(i + 1) % documents.length]!.name)] }
      expect(opensslCms('openssl', own), name).toMatchObject({ intact: true, accepts: true })
      expect(opensslCms('openssl', other), name).toMatchObject({ accepts: false })
      for (const judge of [dss, pyhanko]) {
        const verdict = await judge(own)
        expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true })
        expect(await judge(other), name).toMatchObject({ intact: false, accepts: false })
      }
    }
  })

  test('qpdf and MuPDF find no fault, in the bare cover sheet and the report either', () => {
    for (const file of [at('cover.pdf'), at('report.pdf'), ...steps.map((step) => step.file)]) {
      expect(qpdfCheck(file), file).toMatchObject({ clean: true })
      expect(mutoolDraw(file), file).toEqual({ drawn: true, complaints: '' })
    }
  })

  test('qpdf, MuPDF and poppler take out of every step what was put in, byte for byte, and call the checksums right', async () => {
    for (const { name, file } of steps) {
      const listed = run(toolPath('qpdf'), ['--list-attachments', '--verbose', file])
      for (const [i, { name: own, blob }] of documents.entries()) {
        const bytes = Buffer.from(await blob.arrayBuffer())
        const out = at(`${name}-${i}.out`)
        const qpdf = run('sh', ['-c', 'qpdf --show-attachment="$1" "$2" > "$3"', 'sh', own, file, out])
        expect(qpdf.status, `${name} ${own}: ${qpdf.err}`).toBe(0)
        expect(readFileSync(out).equals(bytes), `qpdf ${name} ${own}`).toBe(true)
        const number = new RegExp(`^${own.replaceAll('.', '\\.')} -> (\\d+),`, 'm').exec(listed.out)?.[1] ?? ''
        const mutool = run(toolPath('mutool'), ['show', '-b', '-o', out, file, number])
        expect(mutool.status, `${name} ${own}: ${mutool.err}`).toBe(0)
        expect(readFileSync(out).equals(bytes), `mutool ${name} ${own}`).toBe(true)
        const names = run('pdfdetach', ['-enc', 'UTF-8', '-list', file]).out
        const place = new RegExp(`^(\\d+): ${own.replaceAll('.', '\\.')}$`, 'm').exec(names)?.[1] ?? ''
        const poppler = run('pdfdetach', ['-save', place, '-o', out, file])
        expect(poppler.status, `${name} ${own}: ${poppler.err}`).toBe(0)
        expect(readFileSync(out).equals(bytes), `pdfdetach ${name} ${own}`).toBe(true)
        const md5 = run('md5sum', [out]).out.slice(0, 32)
        expect(listed.out, `${name} ${own}`).toContain(`checksum: ${md5}`)
      }
    }
  })
})
