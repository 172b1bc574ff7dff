// An envelope step by step before the judges: preparer, a certificate, a code, another certificate, the visa, with a delegation and a
// refusal on branches. After every step each signature stays valid, nothing is more than form filling, and a twin that was tampered with fails.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EnvelopeResult } from '../src/app/run-envelope.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef, type EnvelopeDesk } from '../src/testing/envelopes.ts'
import { fakeClock, testRandom } from '../src/testing/ports.ts'
import { testEngine } from '../src/testing/engines.ts'
import { dss } from './judges/dss.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { mutoolDraw, qpdfCheck } from './judges/qpdf.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { makePki, type Pki } from './support/pki.ts'
import { keyOf, sourceFile } from './support/sign.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/envelope')
const at = (name: string): string => join(folder, name)
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))

const LEVELS = ['NONE', 'LTA_UPDATES', 'FORM_FILLING']
const fieldOf = (n: number, i: number): string => `EnvField_${String(n).padStart(4, '0')}_${String(i).padStart(3, '0')}`

/** DSS compares pages as drawn: those with reserved fields are 1, and the record behind the document. */
const WITH_FIELDS = ['1', '3']
/** What a private CA lacks, and that a page with a filled field looks different. */
const EXPECTED = /^(BBB_XCV_(AIA|REVOC)_PRES_ANS|BBB_FC_IVDBSFR_ANS)/

describeWith(['pdfsig', 'pyhanko', 'dss', 'qpdf', 'mutool'], 'An envelope before the judges', () => {
  let pki: Pki
  let desk: EnvelopeDesk
  const steps: { name: string; file: string; signatures: number }[] = []

  const keep = async (name: string, { file }: EnvelopeResult, signatures: number): Promise<void> => {
    writeFileSync(at(`${name}.pdf`), new Uint8Array(await file.blob.arrayBuffer()))
    steps.push({ name, file: at(`${name}.pdf`), signatures })
  }
  const byKey = (id: string) => ({ kind: 'key' as const, key: testKeyRef(id) })

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('envelope')
    const plain = run(toolPath('qpdf'), ['--qdf', 'public/samples/contract.pdf', at('contract.pdf')])
    expect(plain.status, plain.err).toBe(0)
    const wanted = [
      ['P-256', 'ECDSA-P256'],
      ['P-384', 'ECDSA-P384'],
      ['RSA-2048', 'RSASSA-PKCS1-v1_5'],
      ['RSA-3072', 'RSA-PSS'],
    ]
    const keys = await Promise.all(wanted.map(([kind, signature]) => keyOf(pki, kind, signature)))
    const [preparer, first, third, visa] = keys
    desk = envelopeDesk({ preparer: preparer!, first: first!, third: third!, visa: visa! }, font, {
      clock: fakeClock(new Date().toISOString()),
      random: testRandom,
      engine: testEngine,
    })
    const { envelopes } = desk
    const draft = draftOf([
      draftSignatory(1),
      draftSignatory(2, { kind: 'simple', company: 'ТОВ Каменяр' }),
      draftSignatory(3),
      draftSignatory(4, { role: 'visa', fields: [] }),
    ])
    const prepared = await envelopes.prepare({
      file: sourceFile(at('contract.pdf')),
      draft,
      key: testKeyRef('preparer'),
    })
    await keep('0-prepared', prepared, 1)
    const one = await envelopes.sign({
      file: prepared.file,
      signatory: 's1',
      means: byKey('first'),
      values: { [fieldOf(1, 1)]: true, [fieldOf(1, 2)]: 'Привіт, світе' },
    })
    await keep('1-certificate', one, 2)
    const passed = await envelopes.delegate({
      file: one.file,
      signatory: 's2',
      to: { name: 'Леся', email: 'lesia@firm.example' },
    })
    await keep('2-delegated', passed, 2)
    const two = await envelopes.sign({
      file: passed.file,
      signatory: 's2',
      means: { kind: 'code', code: envelopes.newCode() },
      values: { [fieldOf(2, 1)]: true, [fieldOf(2, 2)]: 'ok' },
    })
    await keep('3-simple', two, 2)
    const three = await envelopes.sign({
      file: two.file,
      signatory: 's3',
      means: byKey('third'),
      values: { [fieldOf(3, 1)]: true },
    })
    await keep('4-certificate', three, 3)
    const last = await envelopes.sign({ file: three.file, signatory: 's4', means: byKey('visa'), values: {} })
    await keep('5-visa', last, 4)
    await keep('6-new-round', await envelopes.newRound({ file: last.file, signatory: 's3', reason: 'ще раз' }), 2)
    await keep('7-declined', await envelopes.decline({ file: two.file, signatory: 's3', reason: 'ціна' }), 2)
    await keep('8-closed', await envelopes.close({ file: one.file, reason: 'не потрібно' }), 2)
    writeFileSync(at('report.pdf'), new Uint8Array(await (await envelopes.report(last.view)).blob.arrayBuffer()))
  }, 300_000)

  const caseOf = (file: string): Case => ({ file, trusted: [pki.root], crls: [pki.crl] })

  test('pdfsig finds every signature valid after every step, and none in a tampered twin', () => {
    for (const { name, file, signatures } of steps) {
      const verdict = pdfsig(caseOf(file))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, signatures })
      const twin = flipByte(file, `${file}.tampered.pdf`, findText(file, '/MediaBox') + 1)
      expect(pdfsig(caseOf(twin)), name).toMatchObject({ intact: false })
    }
  })

  test('pyHanko accepts every signature after every step, and sees at most form filling', async () => {
    for (const { name, file, signatures } of steps) {
      const verdict = await pyhanko(caseOf(file))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
      for (const each of verdict.answer.signatures) {
        expect(LEVELS, `${name} ${each.field}: ${verdict.why}`).toContain(each.modifications)
        expect(each.docmdpOk, `${name} ${each.field}`).toBe(true)
      }
      expect(await pyhanko(caseOf(`${file}.tampered.pdf`)), name).toMatchObject({ accepts: false })
    }
  })

  test('DSS reports no undefined change, no page added or missing, no overlap; a difference only where fields were filled', async () => {
    for (const { name, file, signatures } of steps) {
      const verdict = await dss(caseOf(file))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, signatures })
      for (const { pdf, indication, errors, warnings } of verdict.answer.signatures) {
        const complaints = [...errors.filter((text) => !text.startsWith('ARCH_LTAIVMP')), ...warnings]
        expect(
          complaints.filter((text) => !EXPECTED.test(text)),
          name,
        ).toEqual([])
        for (const page of pdf?.visualDifference ?? []) expect(WITH_FIELDS, name).toContain(page)
        expect(indication, `${name}: ${errors.join('; ')}`).toBe('TOTAL_PASSED')
        expect(pdf?.undefinedChanges, `${name}: ${verdict.why}`).toBe(false)
        expect(pdf?.pageDifference, name).toEqual([])
        expect(pdf?.annotationOverlap, name).toEqual([])
      }
    }
  })

  test('qpdf finds no fault, MuPDF draws it, the file before is the beginning of the next', () => {
    for (const { name, file } of [...steps, { name: 'report', file: at('report.pdf') }]) {
      expect(qpdfCheck(file), name).toMatchObject({ clean: true })
      expect(mutoolDraw(file), name).toEqual({ drawn: true, complaints: '' })
    }
    const order = ['0-prepared', '1-certificate', '2-delegated', '3-simple', '4-certificate', '5-visa']
    const files = [at('contract.pdf'), ...order.map((name) => at(`${name}.pdf`))].map((file) => readFileSync(file))
    for (const [i, bytes] of files.entries()) {
      const before = files[i - 1]
      if (before) expect(bytes.subarray(0, before.length).equals(before)).toBe(true)
    }
  })
})
