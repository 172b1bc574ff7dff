import { expect, test } from 'vitest'
import { testChain } from '../../testing/pki.ts'
import { encodePem } from '../bytes/pem.ts'
import type { SourceFile } from './format.ts'
import { sortMaterial } from './sort-material.ts'

const file = (name: string, ...parts: BlobPart[]): SourceFile => ({ name, blob: new Blob(parts) })

test('certificates are material in DER and PEM; documents and signatures are not', async () => {
  const { root, leaf } = await testChain()
  const cms = new Uint8Array([0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02])
  const sorted = await sortMaterial([
    file('a.pdf', '%PDF-1.7'),
    file('a.docx.p7s', cms),
    file('root.cer', root.certificate as BlobPart),
    file('leaf.pem', encodePem('CERTIFICATE', leaf.certificate)),
    file('letter.txt', 'a letter that names -----BEGIN CERTIFICATE----- and nothing else'),
    file('empty.crl'),
  ])
  expect(sorted.documents.map(({ name }) => name)).toEqual(['a.pdf', 'a.docx.p7s', 'letter.txt', 'empty.crl'])
  expect(sorted.certificates).toEqual([root.certificate, leaf.certificate])
  expect([sorted.crls, sorted.ocspResponses]).toEqual([[], []])
})

test('a certificate that is itself signed stays a document', async () => {
  const { root } = await testChain()
  const sorted = await sortMaterial([file('root.cer', root.certificate as BlobPart), file('Root.cer.P7S', 'x')])
  expect(sorted.documents).toHaveLength(2)
  expect(sorted.certificates).toEqual([])
})
