import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../bytes/bytes.ts'
import { signingTime, singleValue } from '../../cms/attributes.ts'
import { parseSignedData } from '../../cms/read.ts'
import { ATTRIBUTE } from '../../cms/oids.ts'
import type { Ports } from '../../ports.ts'
import { verifySignature } from '../../suites/verify.ts'
import { certificateFacts, parseCertificate } from '../../x509/certificate.ts'
import { signerInfoOf, testChain, testRoot } from '../../../testing/pki.ts'
import { contractPorts, formatContract } from '../format.contract.ts'
import type { SignedFile, SourceFile } from '../format.ts'
import { embedCades, prepareCades } from './sign.ts'

const cades = { prepare: prepareCades, embed: embedCades }
const text = (name = 'contract.txt', content = 'Договір № 1\n'): SourceFile => ({ name, blob: new Blob([content]) })

/** Reads the result with the reader for others' files and checks every value. */
async function check(signed: SignedFile, original: SourceFile, { engine, clock }: Ports): Promise<void> {
  expect(signed.name).toBe(`${original.name}.p7s`)
  const cms = parseSignedData(new Uint8Array(await signed.blob.arrayBuffer()))
  expect(cms.content).toBeNull()
  expect(cms.findings).toEqual([])
  const content = await original.blob.arrayBuffer()
  for (const signer of cms.signers) {
    expect(signer.findings).toEqual([])
    expect(signingTime(signer)).toEqual(clock.now())
    const sid = signer.sid.kind === 'issuerAndSerialNumber' ? toHex(signer.sid.serialNumber) : ''
    const leaf = cms.certificates.map(parseCertificate).find((one) => toHex(one.serialNumber) === sid)
    if (leaf === undefined) throw new Error('the signer certificate is not in the file')
    const verdict = await verifySignature(engine, {
      algorithm: signer.signatureAlgorithm.raw,
      spki: leaf.spki,
      data: signer.dtbs?.[0] ?? new Uint8Array(0),
      signature: signer.signature,
    })
    expect(verdict).toMatchObject({ supported: true, valid: true })
    const digest = certificateFacts(leaf).publicKey.curve === 'P-256' ? 'SHA-256' : undefined
    if (digest === undefined) continue
    const computed = new Uint8Array(await engine.subtle.digest(digest, content))
    expect(toHex(singleValue(signer.signedAttributes, ATTRIBUTE.messageDigest)?.contents ?? utf8(''))).toBe(
      toHex(computed),
    )
  }
}

describe('CAdES', () => {
  formatContract({
    name: 'CAdES',
    format: cades,
    options: {},
    file: () => Promise.resolve(text()),
    container: 'detached',
    algorithms: [
      'RSASSA-PKCS1-v1_5',
      'RSA-PSS',
      'ECDSA-P256',
      'ECDSA-P384',
      'ECDSA-P521',
      'Ed25519',
      'ML-DSA-44',
      'ML-DSA-65',
    ],
    check,
  })
})

test('parallel signers: classical and post-quantum over the same bytes', async () => {
  const ports = contractPorts()
  const root = await testRoot()
  const parties = [await root.issue(), (await testChain('ML-DSA-65')).leaf]
  const file = text()
  const signers = parties.map((party) => ({ signer: signerInfoOf(party), mechanism: party.key.mechanism }))
  const prepared = await prepareCades({ files: [file], signers, level: 'B-B', options: {} }, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }, i) => parties[i]!.key.sign(dtbs)))
  const signed = await embedCades(prepared, values, ports)
  await check(signed, file, ports)
  expect(parseSignedData(new Uint8Array(await signed.blob.arrayBuffer())).signers.length).toBe(2)
  const swapped = embedCades(prepared, values.toReversed(), ports)
  await expect(swapped).rejects.toMatchObject({ code: 'KEY_SIGNATURE_INVALID' })
})

test('one file and one signer at least; other levels are refused here', async () => {
  const { leaf } = await testChain()
  const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
  const request = { files: [text()], signers, level: 'B-B', options: {} } as const
  await expect(prepareCades({ ...request, files: [text(), text('b')] }, contractPorts())).rejects.toThrow(RangeError)
  await expect(prepareCades({ ...request, signers: [] }, contractPorts())).rejects.toThrow(RangeError)
  await expect(prepareCades({ ...request, level: 'B-LT' }, contractPorts())).rejects.toMatchObject({
    code: 'FORMAT_LEVEL_UNSUPPORTED',
  })
})
