// Files made to exhaust a verifier, and big honest ones: each gives a report or a code within 5 s of CPU and 512 MiB for the whole
// process (fuzz.ts says why CPU time; vitest.config.ts bounds the heap).
import { openAsBlob } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { zlibSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { concatBytes, fromLatin1, latin1, utf8 } from '../../src/core/bytes/bytes.ts'
import { embedPades } from '../../src/core/formats/pades/embed.ts'
import { preparePades } from '../../src/core/formats/pades/prepare.ts'
import { collectFiles } from '../../src/core/formats/collect-any.ts'
import { policyTrusting } from '../../src/core/validation/policy.ts'
import type { FileReport } from '../../src/core/validation/report.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { fingerprint } from '../../src/core/x509/certificate.ts'
import { CPU_LIMIT, MEMORY_LIMIT } from '../../src/testing/fuzz.ts'
import { classicPdf, simpleObjects, streamText } from '../../src/testing/pdf-builder.ts'
import { signPdf, signingPorts } from '../../src/testing/pdf-signing.ts'
import { lastStartxref } from '../../src/testing/pdf-update.ts'
import { signerInfoOf, testChain } from '../../src/testing/pki.ts'
import { inFolder } from '../../src/testing/tools.ts'
import { VERIFIED_AT, verifyingPorts } from '../../src/testing/verifying.ts'

const TIMEOUT = 120_000

/** The report of one file, having taken no more than it may. */
async function bounded(name: string, blob: Blob, anchors: readonly Uint8Array[] = []): Promise<FileReport> {
  const before = process.cpuUsage()
  const facts = await collectFiles([{ name, blob }], verifyingPorts, { certificates: anchors })
  const [report] = validate(facts, policyTrusting(anchors.map(fingerprint)), new Date(VERIFIED_AT)).files
  const { user, system } = process.cpuUsage(before)
  const peak = process.resourceUsage().maxRSS / 1024
  const seconds = (user + system) / 1e6
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ${peak.toFixed(0)} MiB at most so far: ${report?.result ?? ''} ${report?.code ?? ''}`,
  )
  if (!report) throw new Error('no report')
  expect(report.code).not.toBe('INTERNAL')
  expect(seconds).toBeLessThan(CPU_LIMIT)
  expect(peak).toBeLessThan(MEMORY_LIMIT)
  return report
}

const boundedBytes = (name: string, bytes: Uint8Array): Promise<FileReport> =>
  bounded(name, new Blob([Uint8Array.from(bytes)]))

/** A flate bomb: 1:1000. */
const bomb = (size: number): string => fromLatin1(zlibSync(new Uint8Array(size)))

const flate = (keys: string, size: number): string => streamText(`/Filter /FlateDecode ${keys}`, bomb(size))

const hostile: Readonly<Record<string, () => Uint8Array>> = {
  'deep-arrays.pdf': () => classicPdf(simpleObjects({ 6: '['.repeat(2_000_000) }, { catalog: '/AcroForm 6 0 R' })),
  'deep-dictionaries.pdf': () =>
    classicPdf(simpleObjects({ 6: '<</A'.repeat(500_000) }, { catalog: '/AcroForm 6 0 R' })),
  'many-fields.pdf': () => {
    const fields = Array.from({ length: 60_000 }, (_, i) => `${10 + i} 0 R`).join(' ')
    const objects: Record<number, string> = {}
    for (let i = 0; i < 60_000; i++) objects[10 + i] = `<< /FT /Tx /T (f${i}) >>`
    return classicPdf(simpleObjects(objects, { catalog: `/AcroForm << /Fields [${fields}] >>` }))
  },
  'field-loop.pdf': () =>
    classicPdf(
      simpleObjects(
        { 6: '<< /T (a) /Kids [7 0 R 7 0 R 7 0 R] >>', 7: '<< /T (b) /Kids [6 0 R 6 0 R 6 0 R] >>' },
        { catalog: '/AcroForm << /Fields [6 0 R] >>' },
      ),
    ),
  'fan-of-fields.pdf': () => {
    // Each level names the next ten times: 10^8 ways through eight objects.
    const objects: Record<number, string> = {}
    for (let i = 10; i < 18; i++) objects[i] = `<< /T (t) /Kids [${`${i + 1} 0 R `.repeat(10)}] >>`
    return classicPdf(simpleObjects(objects, { catalog: '/AcroForm << /Fields [10 0 R] >>' }))
  },
  'fan-of-pages.pdf': () => {
    const objects: Record<number, string> = { 2: `<< /Type /Pages /Count 9 /Kids [${'10 0 R '.repeat(10)}] >>` }
    for (let i = 10; i < 18; i++) objects[i] = `<< /Type /Pages /Kids [${`${i + 1} 0 R `.repeat(10)}] >>`
    return classicPdf(simpleObjects({ ...objects, 18: '<< /Type /Page >>' }))
  },
  'bomb-of-objects.pdf': () =>
    concatBytes([
      classicPdf(simpleObjects({ 6: flate('/Type /ObjStm /N 100 /First 10', 120_000_000) })),
      latin1('startxref\n7\n%%EOF\n'),
    ]),
  'bomb-of-cross-references.pdf': () => {
    const head = latin1('%PDF-1.7\n')
    const section = latin1(
      `6 0 obj\n${flate('/Type /XRef /W [1 4 2] /Size 8000000 /Root 1 0 R', 120_000_000)}\nendobj\nstartxref\n9\n%%EOF\n`,
    )
    return concatBytes([head, section])
  },
  'many-sections.pdf': () => {
    let file = classicPdf()
    const parts = [file]
    let length = file.length
    let previous = lastStartxref(file)
    for (let i = 0; i < 4000; i++) {
      const section = latin1(
        `xref\n0 1\n0000000000 65535 f\r\ntrailer\n<< /Size 6 /Root 1 0 R /Prev ${previous} >>\nstartxref\n${length}\n%%EOF\n`,
      )
      previous = length
      length += section.length
      parts.push(section)
    }
    file = concatBytes(parts)
    return file
  },
  'no-table.pdf': () => latin1(`%PDF-1.7\n${'1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n'.repeat(100_000)}`),
  'only-digits.pdf': () => latin1(`%PDF-1.7\n${'1 0 '.repeat(2_000_000)}`),
  'deep.p7s': () => {
    const depth = 2_000_000
    const out = new Uint8Array(2 * depth)
    for (let i = 0; i < depth; i++) out.set([0x30, 0x80], 2 * i)
    return out
  },
  'long.p7s': () => Uint8Array.of(0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x06, 0x09),
  'bomb.asice': () => zipSync({ 'META-INF/signature.p7s': new Uint8Array(200_000_000), 'a.txt': utf8('a') }),
  'entries.asice': () => {
    const entries: Record<string, Uint8Array> = {}
    for (let i = 0; i < 3000; i++) entries[`META-INF/signature${i}.p7s`] = Uint8Array.of(0x30, 0x80)
    return zipSync(entries)
  },
  'deep.xml': () => utf8(`<?xml version="1.0"?>${'<a>'.repeat(1_000_000)}`),
  'entities.xml': () =>
    utf8(
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "${'x'.repeat(1000)}">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "${(i === 0 ? '&a;' : `&a${i - 1};`).repeat(10)}">`).join('')}]><a>&a19;</a>`,
    ),
}

test.each(Object.entries(hostile))('%s: a report or a code', { timeout: TIMEOUT }, async (name, make) => {
  const report = await boundedBytes(name, make())
  expect(report.result).not.toBe('TOTAL-PASSED')
})

test('many signature fields over the whole of a file: not one digest for each', { timeout: TIMEOUT }, async () => {
  const { leaf } = await testChain()
  const filler = streamText('', 'x'.repeat(4_000_000))
  const signed = await signPdf(classicPdf(simpleObjects({ 6: filler })), leaf)
  const objects: Record<number, string> = {}
  const fields = Array.from({ length: 4000 }, (_, i) => `${100 + i} 0 R`).join(' ')
  const contents = '30'.padEnd(200, '0')
  for (let i = 0; i < 4000; i++) {
    const value = `<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 ${i} ${i + 10} ${signed.length - i - 10}] /Contents <${contents}> >>`
    objects[100 + i] = `<< /FT /Sig /T (s${i}) /V ${value} >>`
  }
  const file = classicPdf(simpleObjects({ ...objects, 6: filler }, { catalog: `/AcroForm << /Fields [${fields}] >>` }))
  const report = await boundedBytes('many-signatures.pdf', file)
  expect(report.result).not.toBe('TOTAL-PASSED')
})

test('an honest signed PDF of 100 MB', { timeout: TIMEOUT }, () =>
  inFolder(async (folder) => {
    const { root, leaf } = await testChain()
    const path = join(folder, 'scan.pdf')
    await writeScan(path, 100)
    const original = await openAsBlob(path)
    const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
    const request = { files: [{ name: 'scan.pdf', blob: original }], signers, level: 'B-B' as const, options: {} }
    const prepared = await preparePades(request, signingPorts)
    const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
    const signed = await embedPades(prepared, values, signingPorts)
    const target = join(folder, 'signed.pdf')
    const file = await open(target, 'w')
    for await (const chunk of signed.blob.stream() as unknown as AsyncIterable<Uint8Array>) await file.write(chunk)
    await file.close()
    expect((await stat(target)).size).toBeGreaterThan(100 << 20)
    const report = await bounded('scan.pdf', await openAsBlob(target), [root.certificate])
    expect(report.result).toBe('TOTAL-PASSED')
  }),
)

/** Pages of 1 MiB, each one picture. */
async function writeScan(path: string, pages: number): Promise<void> {
  const file = await open(path, 'w')
  const pixels = new Uint8Array(1 << 20)
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7919) >> 3
  const offsets: number[] = []
  let length = 0
  const write = async (bytes: Uint8Array): Promise<void> => {
    await file.write(bytes)
    length += bytes.length
  }
  const object = async (number: number, ...parts: readonly Uint8Array[]): Promise<void> => {
    offsets[number] = length
    await write(concatBytes([latin1(`${number} 0 obj\n`), ...parts, latin1('\nendobj\n')]))
  }
  await write(latin1('%PDF-1.7\n'))
  const kids = Array.from({ length: pages }, (_, i) => `${3 + 2 * i} 0 R`).join(' ')
  await object(1, latin1('<< /Type /Catalog /Pages 2 0 R >>'))
  await object(2, latin1(`<< /Type /Pages /Count ${pages} /Kids [${kids}] /MediaBox [0 0 595 842] >>`))
  for (let i = 0; i < pages; i++) {
    await object(3 + 2 * i, latin1(`<< /Type /Page /Parent 2 0 R /Contents ${4 + 2 * i} 0 R >>`))
    await object(4 + 2 * i, latin1(`<< /Length ${pixels.length} >>\nstream\n`), pixels, latin1('\nendstream'))
  }
  const start = length
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n\r\n`).join('')
  const size = 3 + 2 * pages
  await write(
    latin1(
      `xref\n0 ${size}\n0000000000 65535 f\r\n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  await file.close()
}
