import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testChain } from '../../testing/pki.ts'
import { concatBytes, toBase64, utf8 } from '../bytes/bytes.ts'
import { explicit, integer, oid, retag, sequence, setOf } from '../bytes/der-write.ts'
import { encodePem, parsePem } from '../bytes/pem.ts'
import { readCertificates } from './read-certificates.ts'

const chain = testChain()
const ders = async (): Promise<Uint8Array[]> => {
  const { root, intermediate, leaf } = await chain
  return [leaf, intermediate, root].map(({ certificate }) => certificate)
}

/** A certs-only PKCS#7 (RFC 5652, 5.1 without signers). */
const pkcs7 = (certificates: readonly Uint8Array[]): Uint8Array =>
  sequence(
    oid('1.2.840.113549.1.7.2'),
    explicit(
      0,
      sequence(
        integer(1),
        setOf([]),
        sequence(oid('1.2.840.113549.1.7.1')),
        retag(0xa0, setOf(certificates)),
        setOf([]),
      ),
    ),
  )

test('DER, PEM, several PEM blocks with text between, bare base64 and PKCS#7 are all read', async () => {
  const all = await ders()
  const [leaf = new Uint8Array()] = all
  const pem = all.map((der) => `Bag Attributes\n    friendlyName: x\n${encodePem('CERTIFICATE', der)}`).join('\r\n')
  expect(readCertificates(leaf)).toEqual([leaf])
  expect(readCertificates(utf8(pem))).toEqual(all)
  expect(readCertificates(utf8(toBase64(leaf)))).toEqual([leaf])
  expect(new Set(readCertificates(pkcs7(all)).map(String))).toEqual(new Set(all.map(String)))
  expect(readCertificates(utf8(encodePem('PKCS7', pkcs7([leaf]))))).toEqual([leaf])
})

test('each certificate once; an OpenSSL trusted certificate without its settings; never a private key', async () => {
  const [leaf = new Uint8Array()] = await ders()
  const twice = utf8(encodePem('CERTIFICATE', leaf) + encodePem('CERTIFICATE', leaf))
  expect(readCertificates(twice)).toEqual([leaf])
  const trusted = utf8(encodePem('TRUSTED CERTIFICATE', concatBytes([leaf, sequence()])))
  expect(readCertificates(trusted)).toEqual([leaf])
  expect(readCertificates(utf8(encodePem('PRIVATE KEY', leaf)))).toEqual([])
})

test('what holds none gives none; a file beyond all measure is refused', () => {
  for (const text of ['', 'hello', '-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----']) {
    expect(readCertificates(utf8(text))).toEqual([])
  }
  expect(() => readCertificates(new Uint8Array((8 << 20) + 1))).toThrow(
    expect.objectContaining({ code: 'DER_LIMIT_EXCEEDED' }),
  )
})

test('laws: PEM gives back what it was given; no input makes a reader throw', () => {
  const bytes = fc.uint8Array({ maxLength: 400 })
  fc.assert(
    fc.property(bytes, (data) => {
      expect(parsePem(utf8(encodePem('X', data)))).toMatchObject([{ label: 'X', bytes: data }])
      expect(Array.isArray(readCertificates(data))).toBe(true)
    }),
    { seed: 7468, numRuns: 300 },
  )
})
