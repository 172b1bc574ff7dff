// Our PAdES-B-B of every algorithm before every judge that can read it, each with a tampered twin: integrity, coverage, no modification
// (pyHanko), level string and warnings (DSS), readers that only read (qpdf, MuPDF). Then two signatures, certification, object streams.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { embedPades } from '../src/core/formats/pades/embed.ts'
import type { PadesOptions } from '../src/core/formats/pades/options.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import { classicPdf, simpleObjects, streamText } from '../src/testing/pdf-builder.ts'
import { dss, type DssSignature } from './judges/dss.ts'
import { opensslPdf } from './judges/openssl.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { mutoolDraw, qpdfCheck } from './judges/qpdf.ts'
import { describeWith, run, toolPath } from './judges/tools.ts'
import type { Case, Verdict } from './judges/verdict.ts'
import { abilityOf, MECHANISMS, type Row } from './support/mechanisms.ts'
import { makePki, type Pki } from './support/pki.ts'
import { party, signFile, sourceFile } from './support/sign.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/pades')
const at = (name: string): string => join(folder, name)
const pades = { prepare: preparePades, embed: embedPades }

const JUDGES = {
  openssl: (one: Case) => Promise.resolve(opensslPdf('openssl', one)),
  'openssl-3.5': (one: Case) => Promise.resolve(opensslPdf('openssl-3.5', one)),
  pdfsig: (one: Case) => Promise.resolve(pdfsig(one)),
  pyhanko,
  dss,
} satisfies Record<string, (one: Case) => Promise<Verdict>>

type Judge = keyof typeof JUDGES
const JUDGE_NAMES = Object.keys(JUDGES) as Judge[]

/** What a private CA lacks in DSS's eyes, and nothing else. */
function unexplained(signature: DssSignature): string[] {
  return [
    ...signature.errors.filter((text) => !text.startsWith('ARCH_LTAIVMP')),
    ...signature.warnings.filter((text) => !/^BBB_XCV_(AIA|REVOC)_PRES_ANS/.test(text)),
  ]
}

/** A form whose fields are their own widgets, and an empty signature field. */
function mergedForm(): Uint8Array {
  const widget = (keys: string, y: number): string =>
    `<< /Type /Annot /Subtype /Widget /Rect [20 ${y} 220 ${y + 20}] /P 3 0 R /F 4 ${keys} >>`
  const state = streamText('/Type /XObject /Subtype /Form /BBox [0 0 10 10]', '2 2 6 6 re f')
  return classicPdf(
    simpleObjects(
      {
        10: '<< /Fields [11 0 R 12 0 R 13 0 R 14 0 R] /DA (/Helv 0 Tf 0 g) >>',
        11: widget('/FT /Tx /T (name)', 20),
        12: widget('/FT /Btn /T (agree) /AS /Off /AP << /N << /Yes 15 0 R /Off 15 0 R >> >>', 45),
        13: widget('/FT /Ch /T (city) /Ff 131072 /Opt [[(k) (Kyiv)] [(l) (Lviv)]]', 70),
        14: widget('/FT /Sig /T (approval)', 150),
        15: state,
      },
      { catalog: '/AcroForm 10 0 R', page: '/Annots [11 0 R 12 0 R 13 0 R 14 0 R]' },
    ),
  )
}

describeWith([...JUDGE_NAMES, 'qpdf', 'mutool'], 'PAdES-B-B before the judges', () => {
  let pki: Pki
  const files = new Map<string, Promise<Case>>()

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('pades')
    // A text that stands in the file uncompressed, so that a twin can be made of it without touching a stream's length.
    const plain = run(toolPath('qpdf'), ['--qdf', 'public/samples/contract.pdf', at('contract.pdf')])
    expect(plain.status, plain.err).toBe(0)
  })

  function sign(name: string, row: Row, source: string, options: PadesOptions = {}): Promise<Case> {
    const make = async (): Promise<Case> => {
      const file = at(`${name.replaceAll(' ', '_')}.pdf`)
      await signFile(pades, sourceFile(source), [await party(pki, row)], options, file)
      return { file, trusted: [pki.root], crls: [pki.crl] }
    }
    const known = files.get(name) ?? make()
    files.set(name, known)
    return known
  }

  const signed = (row: Row): Promise<Case> => sign(row.name, row, at('contract.pdf'))

  function twinOf(one: Case): Case {
    const copy = `${one.file}.tampered.pdf`
    return { ...one, file: flipByte(one.file, copy, findText(one.file, '/MediaBox') + 1) }
  }

  describe.each(JUDGE_NAMES)('%s', (judge) => {
    test.each(MECHANISMS)('$name', async (row) => {
      const { ability } = abilityOf(judge, row)
      const one = await signed(row)
      const verdict = await JUDGES[judge](one)
      const expected = { intact: ability !== 'cannot', accepts: ability === 'accepts' }
      expect(verdict, verdict.why).toMatchObject(expected)
      const twin = await JUDGES[judge](twinOf(one))
      expect(twin, `tampered: ${twin.why}`).toMatchObject({ intact: false, accepts: false })
    })
  })

  test.each(MECHANISMS)('$name: pyHanko sees the whole file covered and nothing modified', async (row) => {
    const { answer } = await pyhanko(await signed(row))
    expect(answer.signatures).toHaveLength(1)
    expect(answer.signatures[0]).toMatchObject({ coverage: 'ENTIRE_FILE', modifications: 'NONE', docmdpOk: true })
  })

  test('DSS calls it what we claim, and warns of nothing but what a private CA lacks', async () => {
    for (const row of MECHANISMS.filter((one) => abilityOf('dss', one).ability === 'accepts')) {
      const { answer } = await dss(await signed(row))
      const [signature] = answer.signatures
      expect(signature?.level).toBe('PAdES-BASELINE-B')
      expect(signature?.structure).toBe(true)
      expect(signature?.pdf?.modificationsDetected).toBe(false)
      expect(signature ? unexplained(signature) : ['none']).toEqual([])
    }
  })

  test('qpdf finds no fault that was not there, MuPDF draws it, the original is a prefix', async () => {
    for (const source of ['contract', 'invoice', 'order-form']) {
      const original = `public/samples/${source}.pdf`
      const one = await sign(`sample ${source}`, MECHANISMS[0]!, original)
      expect(qpdfCheck(original).clean).toBe(true)
      expect(qpdfCheck(one.file)).toMatchObject({ clean: true })
      expect(mutoolDraw(one.file)).toEqual({ drawn: true, complaints: '' })
      const before = readFileSync(original)
      expect(readFileSync(one.file).subarray(0, before.length).equals(before)).toBe(true)
    }
  })

  const KINDS: readonly [string, readonly string[]][] = [
    ['classic', ['--object-streams=disable']],
    ['object streams', ['--object-streams=generate']],
    ['linearized', ['--linearize', '--object-streams=disable']],
    ['linearized with object streams', ['--linearize', '--object-streams=generate']],
  ]

  test.each(KINDS)('two signatures on a %s file: both stay valid for all', async (name, args) => {
    const source = at(`${name.replaceAll(' ', '-')}.pdf`)
    expect(run(toolPath('qpdf'), [...args, 'public/samples/contract.pdf', source]).status).toBe(0)
    const first = await sign(`${name} first`, MECHANISMS[0]!, source)
    const visible: PadesOptions = { field: { kind: 'new', page: 1, rect: [60, 60, 260, 130] }, reason: 'Погоджено' }
    const second = await sign(`${name} second`, MECHANISMS[3]!, first.file, visible)
    for (const judge of JUDGE_NAMES) {
      const verdict = await JUDGES[judge](second)
      expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures: 2 })
      expect(await JUDGES[judge](twinOf(second)), judge).toMatchObject({ intact: false, accepts: false })
    }
    const { answer } = await pyhanko(second)
    expect(answer.signatures[0]).toMatchObject({ coverage: 'ENTIRE_REVISION', modifications: 'FORM_FILLING' })
    expect(answer.signatures[1]).toMatchObject({ coverage: 'ENTIRE_FILE', modifications: 'NONE' })
    const dssAnswer = (await dss(second)).answer
    expect(dssAnswer.signatures.map(({ pdf }) => pdf?.undefinedChanges)).toEqual([false, false])
    expect(dssAnswer.signatures.flatMap(({ pdf }) => pdf?.pageDifference ?? [])).toEqual([])
    expect(qpdfCheck(second.file)).toMatchObject({ clean: true })
  })

  test('a seen signature with its place in the structure tree of a tagged document, then another: both stand for all', async () => {
    const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
    const appearance = { template: 'text', name: 'Олена', details: ['Погоджено'], alt: 'Підпис', font } as const
    const seen: PadesOptions = { field: { kind: 'new', page: 1, rect: [60, 60, 260, 130] }, appearance }
    const first = await sign('tagged', MECHANISMS[0]!, 'public/samples/contract.pdf', seen)
    expect(readFileSync(first.file, 'latin1')).toContain('/OBJR')
    const second = await sign('tagged second', MECHANISMS[1]!, first.file)
    for (const judge of JUDGE_NAMES) {
      for (const [one, signatures] of [
        [first, 1],
        [second, 2],
      ] as const) {
        const verdict = await JUDGES[judge](one)
        expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
      }
    }
    const { answer } = await pyhanko(second)
    expect(answer.signatures[0]).toMatchObject({ coverage: 'ENTIRE_REVISION', modifications: 'FORM_FILLING' })
    const { signatures } = (await dss(second)).answer
    expect(signatures.map(({ pdf }) => pdf?.undefinedChanges)).toEqual([false, false])
    expect(qpdfCheck(second.file)).toMatchObject({ clean: true })
  })

  test('certified by the author, then signed into the empty field of the form: permitted by all', async () => {
    const first = await sign('certified', MECHANISMS[0]!, 'public/samples/order-form.pdf', { certify: 2 })
    const second = await sign('certified second', MECHANISMS[1]!, first.file, {
      field: { kind: 'existing', name: 'customer_signature' },
    })
    for (const judge of JUDGE_NAMES) {
      const verdict = await JUDGES[judge](second)
      expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures: 2 })
    }
    const { answer } = await pyhanko(second)
    expect(answer.signatures.map(({ docmdpOk }) => docmdpOk)).toEqual([true, true])
  })

  test('a form filled in with the first signature, then another: nothing is suspected by anyone', async () => {
    const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
    const values = { contact: 'Олена Шевченко', customer: 'Meridian' }
    const first = await sign('form', MECHANISMS[0]!, 'public/samples/order-form.pdf', { fill: { values, font } })
    const second = await sign('form second', MECHANISMS[1]!, first.file)
    for (const judge of JUDGE_NAMES) {
      for (const [one, signatures] of [
        [first, 1],
        [second, 2],
      ] as const) {
        const verdict = await JUDGES[judge](one)
        expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
        expect(await JUDGES[judge](twinOf(one)), judge).toMatchObject({ intact: false, accepts: false })
      }
    }
    const text = run(toolPath('mutool'), ['draw', '-q', '-F', 'txt', second.file]).out
    for (const shown of ['Олена Шевченко', 'Meridian']) expect(text).toContain(shown)
  })

  // pyHanko explains a filled field only where field and widget are one object; a widget of its own it calls OTHER.
  test('certified by the author, then filled in with the second signature, then signed again: permitted by all', async () => {
    const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
    writeFileSync(at('merged.pdf'), mergedForm())
    const first = await sign('merged certified', MECHANISMS[0]!, at('merged.pdf'), { certify: 2 })
    const fill = { values: { name: 'Олена Шевченко', agree: true, city: 'l' }, font }
    const second = await sign('merged filled', MECHANISMS[1]!, first.file, {
      field: { kind: 'existing', name: 'approval' },
      fill,
    })
    const third = await sign('merged signed again', MECHANISMS[0]!, second.file)
    for (const judge of JUDGE_NAMES) {
      const verdict = await JUDGES[judge](third)
      expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures: 3 })
      expect(await JUDGES[judge](twinOf(third)), judge).toMatchObject({ intact: false, accepts: false })
    }
    const { answer } = await pyhanko(third)
    expect(answer.signatures.map(({ modifications }) => modifications)).toEqual([
      'FORM_FILLING',
      'FORM_FILLING',
      'NONE',
    ])
    expect(answer.signatures.map(({ docmdpOk }) => docmdpOk)).toEqual([true, true, true])
    expect((await dss(third)).answer.signatures.map(({ pdf }) => pdf?.undefinedChanges)).toEqual([false, false, false])
  })

  test('a byte after the last signature is seen by those who look at the whole file', async () => {
    const one = await signed(MECHANISMS[0]!)
    const file = at('trailing.pdf')
    writeFileSync(file, Buffer.concat([readFileSync(one.file), Buffer.from('\n% more\n')]))
    expect(pdfsig({ ...one, file }).wholeDocument).toBe(false)
    const { answer } = await pyhanko({ ...one, file })
    expect(answer.signatures[0]?.coverage).not.toBe('ENTIRE_FILE')
  })
})
