import { expect, test } from 'vitest'
import { blobSource } from '../../bytes/byte-source.ts'
import { PdfDict, PdfRef, isArray } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { PdfUpdate } from '../../pdf/update.ts'
import { classicPdf } from '../../../testing/pdf-builder.ts'
import { testRandom } from '../../../testing/ports.ts'
import { writeSecurityStore, type SignatureMaterial } from './write-security-store.ts'

const of = (contents: number, ...certificates: readonly number[]): SignatureMaterial => ({
  contents: Uint8Array.of(contents),
  material: { certificates: certificates.map((each) => Uint8Array.of(each)), ocspResponses: [], crls: [] },
})

async function written(file: Blob, ...signatures: readonly SignatureMaterial[]) {
  const update = PdfUpdate.start(await openPdf(blobSource(file)))
  await writeSecurityStore(update, signatures)
  const blob = new Blob([file, (await update.build(testRandom)).bytes])
  const document = await openPdf(blobSource(blob))
  const store = await document.dict((await document.catalog())?.dict, 'DSS')
  const vri = await document.dict(store, 'VRI')
  const certificates = await document.value(store, 'Certs')
  return {
    blob,
    entries: new Map(
      [...(vri ?? new PdfDict()).entries].map(([key, value]) => [key, value instanceof PdfRef ? value.toString() : '']),
    ),
    certificates: isArray(certificates) ? certificates.map(String) : [],
  }
}

test('what a store says of a signature stays when another is added; each certificate stands once', async () => {
  const first = await written(new Blob([Uint8Array.from(classicPdf())]), of(1, 10, 11))
  expect([first.entries.size, first.certificates.length]).toEqual([1, 2])
  const [[key, entry] = ['', '']] = first.entries
  const second = await written(first.blob, of(1, 10, 11, 12), of(2, 10, 13))
  expect(second.entries.size).toBe(2)
  expect(second.entries.get(key)).toBe(entry)
  expect(second.certificates.slice(0, 2)).toEqual(first.certificates)
  expect(second.certificates).toHaveLength(4)
})
