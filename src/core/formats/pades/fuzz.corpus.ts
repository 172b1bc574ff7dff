import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutate, seededNumbers } from '../../../testing/mutate.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { describeShared } from '../../../testing/shared.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { equalBytes, latin1 } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import { readForm, signedFields } from '../../pdf/fields.ts'
import { PdfString, isArray } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { inspectPades } from './inspect.ts'

/** COUNTERSIGN_FUZZ=20000 is the long run; COUNTERSIGN_FUZZ_SEED repeats one. */
const MUTANTS = Number(process.env['COUNTERSIGN_FUZZ'] ?? 2000)
const SEED = Number(process.env['COUNTERSIGN_FUZZ_SEED'] ?? 20261122)
const LARGEST = 160_000

const TOKENS = [
  'obj',
  'endobj',
  'stream\n',
  'endstream',
  'xref\n0 9\n',
  'trailer<<',
  'startxref\n0',
  '%%EOF',
  '<<',
  '>>',
  '[',
  ']',
  '(',
  '<',
  '/Kids[2 0 R]',
  '/Prev 0',
  '/Prev 9',
  '/Length 99999999',
  '/Size 8388607',
  '/W[8 8 8]',
  '/Index[0 99999999]',
  '/Type/XRef',
  '/Type/ObjStm',
  '/Encrypt 1 0 R',
  '/AcroForm<<>>',
  '/Annots 1 0 R',
  '1 0 R',
  '99999 0 R',
  '-1',
  '/Root 1 0 R',
  '%PDF-1.7\n',
].map(latin1)

type Entry = Readonly<{ file: string; category: string }>

describeShared('mutants of the acceptance files', (shared) => {
  const folder = join(shared, 'corpus')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[]
  const files = manifest.filter(
    ({ category, file }) => /^[1-4]-.*pdf$/.test(category) && statSync(join(folder, file)).size <= LARGEST,
  )
  const outcomes = new Map<string, number>()
  let party: TestParty
  beforeAll(async () => {
    party = (await testChain()).leaf
  })
  afterAll(() => {
    const rows = [...outcomes]
      .toSorted((a, b) => b[1] - a[1])
      .map(([outcome, count]) => `${String(count).padStart(6)} ${outcome}`)
    process.stdout.write(`\n${MUTANTS} mutants of ${files.length} files, seed ${SEED}\n${rows.join('\n')}\n`)
  })

  /** Signed and readable with its digest range in place, or refused with a code. */
  async function outcomeOf(mutant: Uint8Array): Promise<string> {
    const inspection = await inspectPades({ name: 'm.pdf', blob: new Blob([Uint8Array.from(mutant)]) }, {})
    expect(['pdf', 'other']).toContain(inspection.kind)
    let signed: Uint8Array
    try {
      signed = await signPdf(mutant, party)
    } catch (error) {
      if (error instanceof SignError && error.code !== 'INTERNAL') return error.code
      throw error
    }
    expect(equalBytes(signed.subarray(0, mutant.length), mutant)).toBe(true)
    const document = await openPdf(bytesSource(signed))
    expect(document.recovered).toBe(false)
    const newest = (await signedFields(document, await readForm(document))).at(-1)
    const range = newest?.signature.get('ByteRange')
    const contents = newest?.signature.get('Contents')
    if (!isArray(range) || !(contents instanceof PdfString)) throw new Error('signed, but the signature cannot be read')
    expect(range).toEqual([0, contents.start, contents.end, signed.length - contents.end])
    return 'signed'
  }

  test(
    `${MUTANTS} mutants of ${files.length} files: signed and readable, or a code`,
    { timeout: 3_600_000 },
    async () => {
      expect(files.length).toBeGreaterThanOrEqual(50)
      const next = seededNumbers(SEED)
      const originals = files.map(({ file }) => new Uint8Array(readFileSync(join(folder, file))))
      for (let i = 0; i < MUTANTS; i++) {
        const index = i % originals.length
        const mutant = mutate(originals[index] ?? new Uint8Array(), next, TOKENS)
        const outcome = await outcomeOf(mutant).catch((error: unknown) => {
          throw new Error(`mutant ${i} of ${files[index]?.file}`, { cause: error })
        })
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    },
  )
})
