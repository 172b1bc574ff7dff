import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { bytesSource } from '../../src/core/bytes/byte-source.ts'
import { equalBytes } from '../../src/core/bytes/bytes.ts'
import { collectFiles } from '../../src/core/formats/collect-any.ts'
import { openPdf } from '../../src/core/pdf/open.ts'
import { readSignatures } from '../../src/core/pdf/signatures.ts'
import type { Span } from '../../src/core/pdf/objects.ts'
import { policyTrusting } from '../../src/core/validation/policy.ts'
import type { FileReport, SignatureReport } from '../../src/core/validation/report.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { classicPdf, simpleObjects, streamPdf } from '../../src/testing/pdf-builder.ts'
import { signPdf } from '../../src/testing/pdf-signing.ts'
import { testChain } from '../../src/testing/pki.ts'
import { describeShared } from '../../src/testing/shared.ts'
import { verifyingPorts, VERIFIED_AT } from '../../src/testing/verifying.ts'
import { fingerprint } from '../../src/core/x509/certificate.ts'
import { mutate, seeded } from './mutate.ts'

/** How many mutants; the long run is 20,000. */
const COUNT = Number(process.env['COUNTERSIGN_MUTANTS'] ?? 600)
const SEED = Number(process.env['COUNTERSIGN_SEED'] ?? 20261122)
/** Milliseconds for one file; what a person waits at most. */
const LIMIT = 5000
const LARGEST = 300_000

/** An original: what its signatures cover, and who is trusted for them (so that passing is possible at all). */
type Original = Readonly<{
  name: string
  bytes: Uint8Array
  covered: readonly (readonly Span[])[]
  anchors: readonly Uint8Array[]
}>

async function originalOf(name: string, bytes: Uint8Array, anchors: readonly Uint8Array[]): Promise<Original> {
  try {
    const signatures = await readSignatures(await openPdf(bytesSource(bytes)))
    return { name, bytes, anchors, covered: signatures.flatMap(({ spans }) => (spans ? [spans] : [])) }
  } catch {
    return { name, bytes, anchors, covered: [] }
  }
}

async function verify({ name, anchors }: Original, bytes: Uint8Array<ArrayBuffer>): Promise<FileReport | undefined> {
  const facts = await collectFiles([{ name, blob: new Blob([bytes]) }], verifyingPorts, { certificates: anchors })
  return validate(facts, policyTrusting(anchors.map(fingerprint)), new Date(VERIFIED_AT)).files[0]
}

/** Intact, covering a revision, nothing forbidden after it: whatever the trust. */
const isGood = (one: SignatureReport): boolean =>
  one.integrity === 'intact' &&
  one.coverage !== 'invalid' &&
  one.coverage !== 'partial' &&
  one.indication !== 'TOTAL-FAILED'

const isUnchanged = (original: Uint8Array, mutant: Uint8Array, spans: readonly Span[]): boolean =>
  spans.every(({ start, end }) => equalBytes(original.subarray(start, end), mutant.subarray(start, end)))

async function check(original: Original, number: number): Promise<string> {
  const mutant = mutate(original.bytes, seeded(SEED + number))
  const start = performance.now()
  const report = await verify(original, mutant)
  const label = `${original.name}, mutant ${number} of seed ${SEED}`
  expect(report, label).toBeDefined()
  expect(performance.now() - start, label).toBeLessThan(LIMIT)
  const good = report?.signatures.filter(isGood) ?? []
  const isPdf = original.covered.length > 0
  // One of the originals' signatures stands behind each good one, with not one covered byte changed.
  const standing = original.covered.filter((spans) => isUnchanged(original.bytes, mutant, spans))
  // A CMS with several signers is one signature of the PDF ('Sig#2').
  const distinct = new Set(good.map(({ id }) => id.replace(/#\d+$/, '')))
  if (isPdf) expect(distinct.size, label).toBeLessThanOrEqual(standing.length)
  expect(report?.code, label).not.toBe('INTERNAL')
  return good.length > 0 ? 'good' : (report?.result ?? '')
}

async function run(originals: readonly Original[], count: number): Promise<void> {
  const tally = new Map<string, number>()
  for (let number = 0; number < count; number++) {
    const original = originals[number % originals.length]
    if (!original) continue
    const outcome = await check(original, number)
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1)
  }
  console.log(`mutants: ${count}, ${[...tally].map(([word, n]) => `${word} ${n}`).join(', ')}`)
}

const TIMEOUT = 3_600_000

test('mutants of our own signed PDFs, their signer trusted', { timeout: TIMEOUT }, async () => {
  const { root, leaf } = await testChain()
  const originals: Original[] = []
  for (const pdf of [classicPdf(), streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] })]) {
    const once = await signPdf(pdf, leaf)
    const twice = await signPdf(once, leaf)
    for (const bytes of [once, twice]) originals.push(await originalOf('own.pdf', bytes, [root.certificate]))
  }
  for (const original of originals) {
    expect((await verify(original, Uint8Array.from(original.bytes)))?.result).toBe('TOTAL-PASSED')
  }
  await run(originals, Math.ceil(COUNT / 2))
})

describeShared('mutants of the acceptance files', (folder) => {
  test('never good with a changed covered byte, never a crash or a hang', { timeout: TIMEOUT }, async () => {
    const manifest = JSON.parse(readFileSync(`${folder}/corpus/manifest.json`, 'utf8')) as readonly Readonly<{
      file: string
      size: number
    }>[]
    const chosen = manifest.filter(({ file, size }) => /^[12357]-/.test(file) && size < LARGEST)
    const originals: Original[] = []
    for (const { file } of chosen) {
      originals.push(await originalOf(basename(file), readFileSync(`${folder}/corpus/${file}`), []))
    }
    await run(originals, Math.ceil(COUNT / 2))
  })
})
