// PDF/A-1b, -2b and -3b stay what they are when we sign them, seen and unseen and filled in: veraPDF's word, with twins that it must refuse.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { SignatureAppearance, SignatureMark } from '../src/core/pdf/appearance/appearance.ts'
import { embedPades } from '../src/core/formats/pades/embed.ts'
import type { PadesOptions } from '../src/core/formats/pades/options.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import { archivePdf, type ArchiveOptions } from '../src/testing/pdf-archive.ts'
import { pdfsig } from './judges/poppler.ts'
import { qpdfCheck } from './judges/qpdf.ts'
import { describeWith } from './judges/tools.ts'
import { verapdf } from './judges/verapdf.ts'
import { MECHANISMS } from './support/mechanisms.ts'
import { makePki, type Pki } from './support/pki.ts'
import { party, signFile } from './support/sign.ts'

const folder = resolve('.cache/interop/archive')
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
const hand = new Uint8Array(readFileSync('public/fonts/caveat.ttf'))
const pades = { prepare: preparePades, embed: embedPades }

const STROKES: SignatureMark = {
  kind: 'strokes',
  width: 100,
  height: 40,
  thickness: 3,
  paths: [[5, 30, 30, 5, 50, 35, 90, 10]],
}
/** Red that fades out to the right. */
const IMAGE: SignatureMark = {
  kind: 'image',
  width: 16,
  height: 4,
  rgba: Uint8Array.from({ length: 256 }, (_each, i) =>
    i % 4 === 0 ? 200 : i % 4 === 3 ? 255 - 16 * ((i >> 2) % 16) : 20,
  ),
}

const look = (change: Partial<SignatureAppearance>): PadesOptions => ({
  field: { kind: 'new', page: 1, rect: [40, 30, 260, 100] },
  appearance: {
    template: 'text',
    name: 'Олена Шевченко',
    details: ['25 November 2026, 18:00', 'Погоджено'],
    alt: 'Signed by Олена Шевченко',
    font,
    ...change,
  },
})

const WAYS: readonly [string, PadesOptions][] = [
  ['unseen', {}],
  ['text', look({})],
  ['stamp with a code', look({ template: 'stamp', qr: 'https://sign.example/#/verify' })],
  ['drawn mark', look({ template: 'mark-and-text', mark: STROKES })],
  ['typed mark', look({ template: 'mark', mark: { kind: 'typed', text: 'Олена Шевченко', font: hand } })],
  ['picture that fades', look({ template: 'mark', mark: IMAGE })],
]

describeWith(['verapdf', 'pdfsig', 'qpdf'], 'PDF/A stays PDF/A', () => {
  let pki: Pki
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('archive')
  })

  async function sign(name: string, part: 1 | 2 | 3, made: ArchiveOptions, options: PadesOptions): Promise<string> {
    const blob = new Blob([Uint8Array.from(archivePdf(part, made))])
    const out = join(folder, `${name.replaceAll(' ', '-')}.pdf`)
    return signFile(pades, { name: 'archive.pdf', blob }, [await party(pki, MECHANISMS[0]!)], options, out)
  }

  for (const part of [1, 2, 3] as const) {
    for (const intent of [false, true]) {
      const kind = `${part}b ${intent ? 'with' : 'without'} an output intent`
      test(`${kind}: the input itself`, async () => {
        const path = join(folder, `input-${part}-${String(intent)}.pdf`)
        writeFileSync(path, archivePdf(part, { intent, form: true }))
        expect(await verapdf(path)).toEqual({ flavour: `${part}b`, compliant: true, failed: [] })
      })

      test.each(WAYS)(`${kind}: %s`, async (name, options) => {
        const file = await sign(`${part}-${String(intent)}-${name}`, part, { intent }, options)
        expect(await verapdf(file)).toEqual({ flavour: `${part}b`, compliant: true, failed: [] })
        expect(pdfsig({ file, trusted: [pki.root] }).intact).toBe(true)
        expect(qpdfCheck(file).clean).toBe(true)
      })

      test(`${kind}: a form that is filled in`, async () => {
        const fill = { values: { name: 'Олена', agree: true }, font }
        const file = await sign(`${part}-${String(intent)}-form`, part, { intent, form: true }, { fill })
        expect(await verapdf(file)).toEqual({ flavour: `${part}b`, compliant: true, failed: [] })
      })
    }
  }

  /** The same file with a few bytes changed; nothing moves. */
  function twin(file: string, from: string, to: string): string {
    expect(to.length).toBe(from.length)
    const text = readFileSync(file, 'latin1')
    expect(text).toContain(from)
    const path = `${file}.twin.pdf`
    writeFileSync(path, text.replaceAll(from, to), 'latin1')
    return path
  }

  test('a twin whose font is not in the file is refused', async () => {
    const file = await sign('twin-font', 2, {}, look({}))
    const { compliant, failed } = await verapdf(twin(file, '/FontFile2', '/FontFileX'))
    expect(compliant).toBe(false)
    expect(failed.join('\n')).toMatch(/6\.2\.11\.4/)
  })

  test('a twin that claims the part that forbids transparency is refused', async () => {
    const file = await sign('twin-transparency', 2, { intent: true }, look({ template: 'mark', mark: IMAGE }))
    const { flavour, compliant, failed } = await verapdf(twin(file, '<pdfaid:part>2<', '<pdfaid:part>1<'))
    expect({ flavour, compliant }).toEqual({ flavour: '1b', compliant: false })
    expect(failed.join('\n')).toMatch(/6\.4-/)
  })
})
