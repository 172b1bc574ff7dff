// PKI.js and ASN1.js, the codecs that most JavaScript signers are built on, as one more reader of what we write: our DER, our SignedData, our
// certificates and requests. In-process, so it needs no tool.
import { readFileSync } from 'node:fs'
import { fromBER } from 'asn1js'
import * as pkijs from 'pkijs'
import { describe, expect, test } from 'vitest'
import { embedCades, prepareCades } from '../src/core/formats/cades/sign.ts'
import type { SignatureAlgorithm } from '../src/core/keys.ts'
import { buildRequest } from '../src/core/x509/request.ts'
import { signerInfoOf, testChain } from '../src/testing/pki.ts'
import { testEngine } from '../src/testing/engines.ts'
import { ports } from './support/sign.ts'

const engine = new pkijs.CryptoEngine({ name: 'node', crypto: globalThis.crypto as Crypto })
pkijs.setEngine('node', engine)

const exact = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

describe('PKI.js reads what we write', () => {
  test.each(['ECDSA-P256', 'ECDSA-P384', 'RSASSA-PKCS1-v1_5', 'RSA-PSS'] as const satisfies SignatureAlgorithm[])(
    'CAdES by %s verifies over its content, and not over another',
    async (algorithm) => {
      const { leaf, root, intermediate } = await testChain(algorithm)
      const content = readFileSync('public/samples/offer.docx')
      const request = {
        files: [{ name: 'offer.docx', blob: new Blob([content]) }],
        signers: [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }],
        level: 'B-B' as const,
        options: {},
      }
      const prepared = await prepareCades(request, ports)
      const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
      const signed = await embedCades(prepared, values, ports)
      const bytes = await signed.blob.arrayBuffer()
      const { offset } = fromBER(bytes)
      expect(offset).toBe(bytes.byteLength)
      const info = pkijs.ContentInfo.fromBER(bytes)
      const signedData = new pkijs.SignedData({ schema: info.content })
      expect(signedData.certificates).toHaveLength(3)
      const verify = (data: ArrayBuffer): Promise<boolean> =>
        signedData.verify({ signer: 0, data, checkChain: false }, engine).catch(() => false)
      expect(await verify(exact(content))).toBe(true)
      expect(await verify(exact(content.map((byte, i) => (i === 50 ? byte ^ 1 : byte))))).toBe(false)
      const chain = new pkijs.CertificateChainValidationEngine({
        trustedCerts: [pkijs.Certificate.fromBER(exact(root.certificate))],
        certs: [intermediate, leaf].map(({ certificate }) => pkijs.Certificate.fromBER(exact(certificate))),
      })
      expect(await chain.verify({}, engine)).toMatchObject({ result: true })
    },
  )

  test('a certificate request proves its key', async () => {
    const { leaf } = await testChain('ECDSA-P256')
    const { mechanism, spki, sign } = leaf.key
    const der = await buildRequest({ name: { commonName: 'Olena' }, spki, mechanism }, testEngine, sign)
    expect(await pkijs.CertificationRequest.fromBER(exact(der)).verify(engine)).toBe(true)
  })
})
