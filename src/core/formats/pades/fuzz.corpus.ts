import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { fuzz, MEMORY_LIMIT } from '../../../testing/fuzz.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { describeShared } from '../../../testing/shared.ts'
import { verifyOne } from '../../../testing/verifying.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { equalBytes, latin1 } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import { readForm, signedFields } from '../../pdf/fields.ts'
import { PdfString, isArray } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { inspectPades } from './inspect.ts'

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

describeShared('mutants before the PDF parser and writer', (shared) => {
  const folder = join(shared, 'corpus')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[]
  const files = manifest.filter(
    ({ category, file }) => /^[1-4]-.*pdf$/.test(category) && statSync(join(folder, file)).size <= LARGEST,
  )
  let party: TestParty
  beforeAll(async () => {
    party = (await testChain()).leaf
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
    const { signatures } = await verifyOne(signed)
    const own = signatures.find(({ field }) => field === newest?.field.name)
    expect(own).toMatchObject({ integrity: 'intact', coverage: 'whole-file' })
    return 'signed'
  }

  test('signed and readable, or a code', { timeout: 7_200_000 }, async () => {
    expect(files.length).toBeGreaterThanOrEqual(50)
    const originals = files.map(({ file }) => ({ name: file, bytes: new Uint8Array(readFileSync(join(folder, file))) }))
    const judge = (_: unknown, mutant: Uint8Array) => outcomeOf(mutant)
    const { faults, peak, table } = await fuzz({ originals, tokens: TOKENS, judge })
    console.log(`the PDF parser and writer: ${table}`)
    expect(faults).toEqual([])
    expect(peak).toBeLessThan(MEMORY_LIMIT)
  })
})
