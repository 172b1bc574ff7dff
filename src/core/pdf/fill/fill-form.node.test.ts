import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamText } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { describeShared } from '../../../testing/shared.ts'
import { inFolder, run, testWith } from '../../../testing/tools.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { SignError } from '../../errors.ts'
import { readForm } from '../fields.ts'
import { PdfDict, PdfRef, isArray, nameOf } from '../objects.ts'
import { openPdf } from '../open.ts'
import { textOf } from '../text.ts'
import { readRestrictions } from '../restrictions.ts'
import { describeForm } from './describe.ts'
import type { FieldValue } from './describe.ts'

const font = new Uint8Array(readFileSync(new URL('../../../../public/fonts/noto-sans.ttf', import.meta.url)))

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

const widget = (keys: string, rect = '20 20 220 40') =>
  `<< /Type /Annot /Subtype /Widget /Rect [${rect}] /P 3 0 R /F 4 ${keys} >>`

const state = streamText('/Type /XObject /Subtype /Form /BBox [0 0 10 10]', '0 0 10 10 re f')

const formFile = (catalog = '', form = '') =>
  classicPdf(
    simpleObjects(
      {
        10: `<< /Fields [11 0 R 12 0 R 13 0 R 16 0 R 17 0 R 18 0 R 19 0 R 24 0 R] /DA (/Helv 0 Tf 0 g) ${form} >>`,
        11: widget('/FT /Tx /T (name) /Ff 2 /DA (/Helv 12 Tf 0 0 1 rg)'),
        12: widget('/FT /Tx /T (note) /Ff 4096 /MaxLen 200 /MK << /BC [0] /BG [1 1 0.8] >>', '20 50 220 120'),
        13: '<< /FT /Btn /T (plan) /Ff 49152 /Kids [14 0 R 15 0 R] >>',
        14: widget('/Parent 13 0 R /AS /Off /AP << /N << /basic 20 0 R /Off 20 0 R >> >>', '20 130 30 140'),
        15: widget('/Parent 13 0 R /AS /Off /AP << /N << /pro 20 0 R /Off 20 0 R >> >>', '40 130 50 140'),
        16: widget('/FT /Btn /T (agree) /V /Off /AS /Off /AP << /N << /Ja 20 0 R /Off 20 0 R >> >>', '60 130 70 140'),
        17: widget('/FT /Ch /T (city) /Ff 131072 /Opt [[(k) (Kyiv)] [(l) (Lviv)]] /Q 1', '20 150 120 165'),
        18: widget('/FT /Tx /T (fixed) /Ff 1 /V (given)', '130 150 220 165'),
        19: widget('/FT /Tx /T (code) /Ff 16777216 /MaxLen 6 /MK << /R 90 >>', '230 20 250 120'),
        20: state,
        24: widget('/FT /Ch /T (langs) /Ff 2097152 /Opt [(uk) (en) (el)]', '230 130 290 180'),
      },
      {
        catalog: `/AcroForm 10 0 R ${catalog}`,
        page: '/Annots [11 0 R 12 0 R 14 0 R 15 0 R 16 0 R 17 0 R 18 0 R 19 0 R 24 0 R]',
      },
    ),
  )

const fill = (values: Record<string, FieldValue>, file = formFile()) => signPdf(file, party, { fill: { values, font } })

const refusal = (values: Record<string, FieldValue>, file?: Uint8Array): Promise<string> =>
  fill(values, file).then(
    () => 'signed',
    (error: unknown) =>
      error instanceof SignError
        ? `${error.code} ${String(error.details['field'] ?? '')} ${String(error.details['problem'] ?? '')}`.trim()
        : String(error),
  )

const everything: Record<string, FieldValue> = {
  name: 'Олена (Шевченко)',
  note: 'Перший рядок\nδεύτερη γραμμή that is long enough to be wrapped within the box of the note',
  plan: 'pro',
  agree: true,
  city: 'l',
  code: 'AB12',
  langs: ['uk', 'el'],
}

test('every kind of field takes its value in the revision of the signature', async () => {
  const signed = await fill(everything)
  const document = await openPdf(bytesSource(signed))
  expect(document.revisions.length).toBe(2)
  const fields = new Map((await readForm(document))!.fields.map((field) => [field.name, field]))
  expect(textOf(fields.get('name')!.value)).toBe('Олена (Шевченко)')
  expect(textOf(fields.get('note')!.value)).toContain('\r')
  expect(nameOf(fields.get('plan')!.value)).toBe('pro')
  expect(fields.get('plan')!.widgets.map(({ dict }) => nameOf(dict.get('AS')))).toEqual(['Off', 'pro'])
  expect(nameOf(fields.get('agree')!.value)).toBe('Ja')
  expect(nameOf(fields.get('agree')!.dict.get('AS'))).toBe('Ja')
  expect(textOf(fields.get('city')!.value)).toBe('l')
  const langs = fields.get('langs')!.value
  expect(isArray(langs) && langs.map(textOf)).toEqual(['uk', 'el'])
  expect(textOf(fields.get('fixed')!.value)).toBe('given')
})

test('a form is described as a person meets it: kinds, choices, what must be filled in and what cannot', async () => {
  const describe = async (file: Uint8Array) => {
    const document = await openPdf(bytesSource(file))
    const read = await readForm(document)
    const { locks } = await readRestrictions(document, read)
    return describeForm(document, read, locks)
  }
  const form = await describe(formFile())
  const states = (...names: string[]) => names.map((value) => ({ value, text: value }))
  const plain = { required: false, closed: null, maxLength: null, choices: [], value: '' }
  expect(form).toEqual({
    closed: null,
    fields: [
      { ...plain, name: 'name', label: 'name', kind: 'text', required: true },
      { ...plain, name: 'note', label: 'note', kind: 'text', maxLength: 200 },
      { ...plain, name: 'plan', label: 'plan', kind: 'radio', choices: states('basic', 'pro'), value: false },
      { ...plain, name: 'agree', label: 'agree', kind: 'check', choices: states('Ja'), value: false },
      {
        ...plain,
        name: 'city',
        label: 'city',
        kind: 'choice',
        choices: [
          { value: 'k', text: 'Kyiv' },
          { value: 'l', text: 'Lviv' },
        ],
      },
      { ...plain, name: 'fixed', label: 'fixed', kind: 'text', closed: 'read-only', value: 'given' },
      { ...plain, name: 'code', label: 'code', kind: 'text', maxLength: 6 },
      { ...plain, name: 'langs', label: 'langs', kind: 'choice', choices: states('uk', 'en', 'el') },
    ],
  })
  const options = { fill: { values: everything, font }, lock: { action: 'Include', fields: ['note'] } } as const
  const after = await describe(await signPdf(formFile(), party, options))
  expect(after?.fields.map(({ value }) => value)).toEqual([
    'Олена (Шевченко)',
    everything['note'],
    'pro',
    'Ja',
    'l',
    'given',
    'AB12',
    ['uk', 'el'],
  ])
  expect(after?.fields[1]?.closed).toBe('locked')
  expect(await describe(formFile('', '/XFA []'))).toMatchObject({ closed: 'xfa' })
})

test('a required field that nobody can reach does not block', async () => {
  const hidden = (flags: number, rect = '20 20 220 40') =>
    classicPdf(
      simpleObjects(
        {
          10: '<< /Fields [11 0 R] /DA (/Helv 0 Tf 0 g) >>',
          11: `<< /Type /Annot /Subtype /Widget /Rect [${rect}] /P 3 0 R /F ${flags} /FT /Tx /T (name) /Ff 2 >>`,
        },
        { catalog: '/AcroForm 10 0 R', page: '/Annots [11 0 R]' },
      ),
    )
  expect(await refusal({}, hidden(4))).toBe('FORMAT_FIELD_REQUIRED name')
  expect(await refusal({}, hidden(4 | 2))).toBe('signed')
  expect(await refusal({}, hidden(4, '0 0 0 0'))).toBe('signed')
})

test('only /V, /AP and /AS are touched', async () => {
  const before = await openPdf(bytesSource(formFile()))
  const after = await openPdf(bytesSource(await fill(everything)))
  for (const number of [11, 12, 13, 14, 15, 16, 17, 18, 19, 24]) {
    const [old, now] = [await before.get(new PdfRef(number, 0)), await after.get(new PdfRef(number, 0))]
    if (!(old instanceof PdfDict) || !(now instanceof PdfDict)) throw new Error('no dictionary')
    const changed = [...new Set([...old.entries.keys(), ...now.entries.keys()])].filter((key) => {
      const plain = (dict: PdfDict) =>
        JSON.stringify(dict.get(key), (name, value: unknown) =>
          name === 'start' || name === 'end' ? undefined : value,
        )
      return plain(old) !== plain(now)
    })
    expect(changed.filter((key) => !['V', 'AP', 'AS'].includes(key))).toEqual([])
  }
})

test('what a field does not take is refused, and nothing is signed', async () => {
  const ok = { name: 'x' }
  expect(await refusal({ ...ok, fixed: 'y' })).toBe('FORMAT_FIELD_LOCKED fixed')
  expect(await refusal({ ...ok, nobody: 'y' })).toBe('FORMAT_FIELD_NOT_FOUND nobody')
  expect(await refusal({ ...ok, plan: 'gold' })).toBe('FORMAT_FIELD_VALUE_INVALID plan no-such-choice')
  expect(await refusal({ ...ok, city: 'Odesa' })).toBe('FORMAT_FIELD_VALUE_INVALID city no-such-choice')
  expect(await refusal({ ...ok, city: ['k', 'l'] })).toBe('FORMAT_FIELD_VALUE_INVALID city one-choice')
  expect(await refusal({ ...ok, code: '1234567' })).toBe('FORMAT_FIELD_VALUE_INVALID code too-long')
  expect(await refusal({ ...ok, agree: ['x'] })).toBe('FORMAT_FIELD_VALUE_INVALID agree type')
  expect(await refusal({ ...ok, note: '王' })).toBe('FORMAT_FIELD_VALUE_INVALID note characters')
  expect(await refusal(ok, formFile('', '/XFA []'))).toBe('FORMAT_UNSUPPORTED')
})

test('a required field that stays empty blocks the signature and is named', async () => {
  expect(await refusal({ note: 'x' })).toBe('FORMAT_FIELD_REQUIRED name')
  expect(await refusal({ name: '' })).toBe('FORMAT_FIELD_REQUIRED name')
  expect(await refusal({ name: 'x' })).toBe('signed')
})

test('fields that an earlier signature locked cannot be filled', async () => {
  const options = { fill: { values: { name: 'x' }, font }, lock: { action: 'Include', fields: ['note'] } } as const
  const locked = await signPdf(formFile(), party, options)
  expect(await refusal({ note: 'y' }, locked)).toBe('FORMAT_FIELD_LOCKED note')
  expect(await refusal({ city: 'k' }, locked)).toBe('signed')
})

testWith(['pdftotext', 'qpdf', 'pdfsig', 'mutool'], 'others see what was filled in', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'filled.pdf')
    writeFileSync(path, await fill(everything))
    const text = Buffer.from(run('pdftotext', ['-layout', path, '-']).output, 'latin1').toString()
    for (const shown of ['Олена (Шевченко)', 'Перший рядок', 'δεύτερη', 'Lviv']) expect(text).toContain(shown)
    expect(run('qpdf', ['--check', path]).status).toBe(0)
    expect(run('pdfsig', ['-nocert', path]).output).toContain('Signature is Valid')
  })
})

describeShared('forms of the acceptance files', (shared) => {
  const file = (name: string) => new Uint8Array(readFileSync(join(shared, 'corpus/4-unsigned-pdf', name)))
  const cases: readonly [string, Record<string, FieldValue>][] = [
    ['core__sample_form.pdf', { Name_Last: 'Шевченко', PHD: true, 'COLLEGE NO DEGREE': false }],
    ['node-signpdf__formexample.pdf', { 'Given Name Text Box': 'Олена', 'Driving License Check Box': true }],
    ['qpdf__button-set.pdf', { text: 'Привіт', r1: '3', checkbox1: true }],
    ['pyHanko__simple-acroform-states.pdf', { checkOff: true }],
    ['pyHanko__minimal-with-textfield-group.pdf', {}],
    ['pdf.js__checkbox_no_appearance.pdf', {}],
  ]
  testWith(['qpdf', 'pdfsig'], 'are filled and signed', async () => {
    for (const [name, values] of cases) {
      expect(existsSync(join(shared, 'corpus/4-unsigned-pdf', name))).toBe(true)
      const signed = await signPdf(file(name), party, { fill: { values, font } })
      const form = await readForm(await openPdf(bytesSource(signed)))
      for (const [field, value] of Object.entries(values)) {
        const held = form?.fields.find((each) => each.name === field)?.value
        const shown = textOf(held) ?? nameOf(held)
        if (typeof value === 'boolean') expect(shown === 'Off').toBe(!value)
        else expect(shown).toBe(value)
      }
      await inFolder((folder) => {
        const path = join(folder, 'filled.pdf')
        writeFileSync(path, signed)
        expect(run('qpdf', ['--check', path]).status).toBe(0)
        expect(run('pdfsig', ['-nocert', path]).output).toContain('Signature is Valid')
        return Promise.resolve()
      })
    }
  })
})
