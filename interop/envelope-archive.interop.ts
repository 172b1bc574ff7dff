// What becomes of a PDF/A document in an envelope, by veraPDF. The manifest is attached, which only PDF/A-3 allows; and a field that is not
// filled yet has no drawing, which the rules of several signatories ask for and PDF/A does not allow. So PDF/A-3 is itself again when the
// envelope is complete, the other parts never are: the page says both before anything is prepared, by what `inspect` reads.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { EnvelopeResult, RunEnvelope } from '../src/app/run-envelope.ts'
import { inspectPades } from '../src/core/formats/pades/inspect.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../src/testing/envelopes.ts'
import { testEngine } from '../src/testing/engines.ts'
import { archivePdf, type ArchiveOptions } from '../src/testing/pdf-archive.ts'
import { fakeClock, testRandom } from '../src/testing/ports.ts'
import { pdfsig } from './judges/poppler.ts'
import { describeWith } from './judges/tools.ts'
import { verapdf } from './judges/verapdf.ts'
import { makePki, type Pki } from './support/pki.ts'
import { keyOf } from './support/sign.ts'

const folder = resolve('.cache/interop/envelope-archive')
const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
const key = testKeyRef('any')

describeWith(['verapdf', 'pdfsig'], 'A PDF/A document in an envelope', () => {
  let pki: Pki
  let envelopes: RunEnvelope

  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('envelope-archive')
    const clock = fakeClock(new Date().toISOString())
    const keys = { any: await keyOf(pki, 'P-256', 'ECDSA-P256') }
    envelopes = envelopeDesk(keys, font, { clock, random: testRandom, engine: testEngine }).envelopes
  })

  const judged = async (name: string, bytes: Uint8Array) => {
    const file = join(folder, `${name}.pdf`)
    writeFileSync(file, bytes)
    const { failed, ...verdict } = await verapdf(file)
    return { ...verdict, clauses: failed.map((text) => text.split(' ')[0]), file }
  }

  /** Certificate, code, visa. @returns veraPDF's word on every file */
  async function story(name: string, original: Uint8Array) {
    const found: (Awaited<ReturnType<typeof judged>> | null)[] = []
    const look = async (step: string, { file }: EnvelopeResult): Promise<EnvelopeResult['file']> => {
      found.push(await judged(`${name}-${step}`, new Uint8Array(await file.blob.arrayBuffer())))
      return file
    }
    const people = [
      draftSignatory(1),
      draftSignatory(2, { kind: 'simple' }),
      draftSignatory(3, { role: 'visa', fields: [] }),
    ]
    const source = { name: 'archive.pdf', blob: new Blob([Uint8Array.from(original)]) }
    const prepared = await look('0', await envelopes.prepare({ file: source, draft: draftOf(people), key }))
    const values = (n: number) => ({ [`EnvField_000${n}_001`]: true, [`EnvField_000${n}_002`]: 'Згода' })
    const means = { kind: 'key' as const, key }
    const one = await look('1', await envelopes.sign({ file: prepared, signatory: 's1', means, values: values(1) }))
    const code = { kind: 'code' as const, code: envelopes.newCode() }
    const two = await look('2', await envelopes.sign({ file: one, signatory: 's2', means: code, values: values(2) }))
    const last = await envelopes.sign({ file: two, signatory: 's3', means, values: {} })
    await look('3', last)
    expect(last.view.state.status).toBe('complete')
    expect(pdfsig({ file: found.at(-1)?.file ?? '', trusted: [pki.root] })).toMatchObject({
      intact: true,
      signatures: 3,
    })
    return found.map((each) => ({ compliant: each?.compliant, flavour: each?.flavour, clauses: each?.clauses }))
  }

  const archiveOf = async (bytes: Uint8Array) =>
    (await inspectPades({ name: 'a.pdf', blob: new Blob([Uint8Array.from(bytes)]) }, {})).pdf?.archive

  const kinds: readonly [string, 1 | 2 | 3, ArchiveOptions][] = [1, 2, 3].flatMap((part) =>
    [{}, { intent: true }, ...(part === 1 ? [] : [{ intent: true, tagged: true }])].map(
      (made: ArchiveOptions) =>
        [
          `${part}${made.tagged ? 'a' : 'b'}${made.intent ? ' with an output intent' : ''}`,
          part as 1 | 2 | 3,
          made,
        ] as const,
    ),
  )

  test.each(kinds)('%s', async (name, part, made) => {
    const original = archivePdf(part, made)
    const flavour = name.slice(0, 2)
    expect(await judged(`${name}-input`, original)).toMatchObject({ flavour, compliant: true, clauses: [] })
    expect(await archiveOf(original)).toBe(part)
    // Annotations without drawing, and an attachment of that kind; PDF/A-1 words both otherwise.
    const empty = part === 1 ? ['6.9-2'] : ['6.3.3-1']
    const attached = part === 3 ? [] : part === 2 ? ['6.8-5'] : ['6.1.11-1', '6.1.11-2']
    const steps = await story(name, original)
    for (const step of steps.slice(0, -1)) {
      expect(step).toEqual({ flavour, compliant: false, clauses: [...attached, ...empty].toSorted() })
    }
    expect(steps.at(-1)).toEqual({ flavour, compliant: part === 3, clauses: attached })
  })
})
