// Mutants of signed files before the verifier: whatever was done to a file, it gives a report or a code within 5 s and 512 MiB, and no
// signature over a changed byte is ever shown as good. `npm run fuzz` is the long run.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { bytesSource } from '../../src/core/bytes/byte-source.ts'
import { equalBytes, latin1, utf8 } from '../../src/core/bytes/bytes.ts'
import { embedCades, prepareCades } from '../../src/core/formats/cades/sign.ts'
import { collectFiles } from '../../src/core/formats/collect-any.ts'
import type { SourceFile } from '../../src/core/formats/format.ts'
import type { PadesOptions } from '../../src/core/formats/pades/options.ts'
import { openPdf } from '../../src/core/pdf/open.ts'
import { readSignatures } from '../../src/core/pdf/signatures.ts'
import type { Span } from '../../src/core/pdf/objects.ts'
import type { FileFacts, SignatureFacts } from '../../src/core/validation/facts.ts'
import { policyTrusting } from '../../src/core/validation/policy.ts'
import type { FileReport, SignatureReport } from '../../src/core/validation/report.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { fuzz, MEMORY_LIMIT, type Original } from '../../src/testing/fuzz.ts'
import { classicPdf, simpleObjects, streamPdf } from '../../src/testing/pdf-builder.ts'
import { signingPorts, signPdf } from '../../src/testing/pdf-signing.ts'
import { update } from '../../src/testing/pdf-update.ts'
import { signerInfoOf, testChain, type TestParty } from '../../src/testing/pki.ts'
import { describeShared } from '../../src/testing/shared.ts'
import { verifyingPorts, VERIFIED_AT } from '../../src/testing/verifying.ts'
import { fingerprint } from '../../src/core/x509/certificate.ts'

const LARGEST = 300_000

/** Words that change what a reader sees of a PDF or a container. */
const TOKENS =
  '/ByteRange /Contents /V /Root /Prev_9 /Kids[2_0_R] /Type/XRef /AcroForm<<>> 4_0_R null [] 0 999999999 >> << < > endobj xref %%EOF \0 PK\x03\x04 0\x80'
    .split(' ')
    .map((token) => latin1(token.replaceAll('_', ' ')))

type Signed = Original &
  Readonly<{
    /** Files dropped with it, unchanged. */
    beside: readonly SourceFile[]
    /** PDF: what each signature covers. */
    covered: readonly (readonly Span[])[]
    /** Digests of signed data that the whole file's good signatures are over. */
    digests: ReadonlySet<string>
    /** Who is trusted, so that passing is possible at all. */
    anchors: readonly Uint8Array[]
  }>

type Judged = Readonly<{ facts: FileFacts | undefined; report: FileReport | undefined }>

async function verify({ name, beside, anchors }: Signed, bytes: Uint8Array<ArrayBuffer>): Promise<Judged> {
  const files = [{ name, blob: new Blob([bytes]) }, ...beside]
  const all = await collectFiles(files, verifyingPorts, { certificates: anchors })
  const { files: reports } = validate(all, policyTrusting(anchors.map(fingerprint)), new Date(VERIFIED_AT))
  // A content file beside its signature has no report of its own.
  const signed = reports.findIndex(({ signatures }) => signatures.length > 0)
  const index = Math.max(signed, 0)
  return { facts: all[index], report: reports[index] }
}

/** Intact, covering a revision, nothing forbidden after it: whatever the trust. */
const isGood = (one: SignatureReport): boolean =>
  one.integrity === 'intact' &&
  one.coverage !== 'invalid' &&
  one.coverage !== 'partial' &&
  one.indication !== 'TOTAL-FAILED'

const digestOf = ({ digest }: SignatureFacts): string => `${digest?.algorithm ?? ''} ${digest?.computed ?? ''}`

/** Of the signatures that are shown as good: what they are over. */
function goodDigests({ facts, report }: Judged): readonly string[] {
  const good = report?.signatures.filter(isGood).map(({ id }) => id) ?? []
  return facts?.signatures.filter(({ id }) => good.includes(id)).map(digestOf) ?? []
}

async function originalOf(
  name: string,
  bytes: Uint8Array,
  anchors: readonly Uint8Array[],
  beside: readonly SourceFile[] = [],
): Promise<Signed> {
  const bare = { name, bytes, beside, anchors, covered: [], digests: new Set<string>() }
  const digests = new Set(goodDigests(await verify(bare, Uint8Array.from(bytes))))
  try {
    const signatures = await readSignatures(await openPdf(bytesSource(bytes)))
    return { ...bare, digests, covered: signatures.flatMap(({ spans }) => (spans ? [spans] : [])) }
  } catch {
    return { ...bare, digests }
  }
}

const isUnchanged = (original: Uint8Array, mutant: Uint8Array, spans: readonly Span[]): boolean =>
  spans.every(({ start, end }) => equalBytes(original.subarray(start, end), mutant.subarray(start, end)))

async function judge(original: Signed, mutant: Uint8Array<ArrayBuffer>): Promise<string> {
  const judged = await verify(original, mutant)
  const { report } = judged
  if (!report) throw new Error('no report')
  if (report.code === 'INTERNAL') throw new Error(`INTERNAL: ${report.message ?? ''}`)
  const other = goodDigests(judged).filter((digest) => !original.digests.has(digest))
  if (other.length > 0) throw new Error(`shown as good over data that nobody signed: ${other.join(', ')}`)
  const good = report.signatures.filter(isGood)
  if (original.covered.length > 0) {
    // One of the original's signatures stands behind each good one, with not one covered byte changed.
    const standing = original.covered.filter((spans) => isUnchanged(original.bytes, mutant, spans))
    // A CMS with several signers is one signature of the PDF ('Sig#2').
    const distinct = new Set(good.map(({ id }) => id.replace(/#\d+$/, '')))
    if (distinct.size > standing.length)
      throw new Error(`${distinct.size} good, ${standing.length} with unchanged bytes`)
  }
  if (report.result === 'TOTAL-PASSED') return 'TOTAL-PASSED: nothing that is covered was changed'
  return good.length > 0 ? `${report.result}, a signature intact` : report.result
}

const FIELD = '<< /Type /Annot /Subtype /Widget /FT /Tx /T (Amount) /Rect [10 10 110 30] /P 3 0 R /F 4 /DA (/F1 12 Tf)'

/** A contract with a text field, to be filled in after signing. */
const form = (): Uint8Array =>
  classicPdf(
    simpleObjects(
      { 6: `${FIELD} >>` },
      { catalog: '/AcroForm << /Fields [6 0 R] /DR << /Font << /F1 5 0 R >> >> >>', page: '/Annots [6 0 R]' },
    ),
  )

async function detached(leaf: TestParty, content: SourceFile): Promise<Uint8Array> {
  const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
  const prepared = await prepareCades({ files: [content], signers, level: 'B-B', options: {} }, signingPorts)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
  return new Uint8Array(await (await embedCades(prepared, values, signingPorts)).blob.arrayBuffer())
}

/** Signed here by somebody who is trusted: what can pass. */
async function ownFiles(): Promise<readonly Signed[]> {
  const { root, leaf } = await testChain()
  const anchors = [root.certificate]
  const certified: PadesOptions = { certify: 2 }
  const plain = [classicPdf(), streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] }), form()]
  const once = await Promise.all([...plain.map((pdf) => signPdf(pdf, leaf)), signPdf(form(), leaf, certified)])
  const twice = await Promise.all(once.map((pdf) => signPdf(pdf, leaf)))
  const filled = once.slice(2).map((pdf) =>
    update(pdf, {
      6: `${FIELD} /V (100) /AP << /N 90 0 R >> >>`,
      90: '<< /Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 5 0 R >> >> /Length 40 >>\nstream\n/Tx BMC BT /F1 12 Tf (100) Tj ET EMC     \nendstream',
    }),
  )
  const pdfs = [...once, ...twice, ...filled].map((bytes, i) => originalOf(`own-${i}.pdf`, bytes, anchors))
  const content = { name: 'contract.txt', blob: new Blob([utf8('The price is 100.')]) }
  const signature = await detached(leaf, content)
  const beside = { name: 'contract.txt.p7s', blob: new Blob([Uint8Array.from(signature)]) }
  const cms = [
    originalOf('contract.txt.p7s', signature, anchors, [content]),
    originalOf('contract.txt', utf8('The price is 100.'), anchors, [beside]),
  ]
  return Promise.all([...pdfs, ...cms])
}

describeShared('mutants before the verifier', (folder) => {
  const originals: Signed[] = []

  beforeAll(async () => {
    const own = await ownFiles()
    for (const original of own) {
      const { report } = await verify(original, Uint8Array.from(original.bytes))
      expect(report?.result, original.name).toBe('TOTAL-PASSED')
    }
    const manifest = JSON.parse(readFileSync(`${folder}/corpus/manifest.json`, 'utf8')) as readonly Readonly<{
      file: string
      size: number
    }>[]
    const chosen = manifest.filter(({ file, size }) => /^[1-8]-/.test(file) && size < LARGEST)
    // Every second mutant is one of ours: only these are trusted, and so can pass.
    for (const [i, { file }] of chosen.entries()) {
      const mine = own[i % own.length]
      const theirs = await originalOf(basename(file), readFileSync(`${folder}/corpus/${file}`), [])
      originals.push(theirs, ...(mine ? [mine] : []))
    }
  })

  test('never good with a changed covered byte, never a crash, a hang or a flood', { timeout: 7_200_000 }, async () => {
    expect(new Set(originals.map(({ name }) => name)).size).toBeGreaterThanOrEqual(50)
    const { faults, peak, table } = await fuzz({ originals, tokens: TOKENS, most: 2, judge })
    console.log(`the verifier: ${table}`)
    expect(faults).toEqual([])
    expect(peak).toBeLessThan(MEMORY_LIMIT)
  })
})
