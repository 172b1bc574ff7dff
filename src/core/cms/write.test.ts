import { expect, test } from 'vitest'
import { compareBytes, toHex, utf8 } from '../bytes/bytes.ts'
import { children, derOid, fields, inner, parseDer, TAG, type DerNode } from '../bytes/der-read.ts'
import type { SignatureAlgorithm } from '../keys.ts'
import { testEngine } from '../../testing/engines.ts'
import { testChain, testKey } from '../../testing/pki.ts'
import { verifySignature } from '../suites/verify.ts'
import { buildSignedAttributes, encodeSignedData, maxSignedDataLength, type SignerEntry } from './write.ts'
import { ATTRIBUTE } from './oids.ts'

const at = new Date('2026-11-22T10:00:00Z')

async function entry(algorithm: SignatureAlgorithm, options: { signingTime?: Date } = { signingTime: at }) {
  const { leaf } = await testChain(algorithm)
  const { mechanism } = leaf.key
  const messageDigest = new Uint8Array(await testEngine.subtle.digest(mechanism.digest, utf8('content')))
  const input = { mechanism, certificate: leaf.certificate, messageDigest, ...options }
  const signedAttributes = await buildSignedAttributes(input, testEngine)
  const signer: SignerEntry = {
    mechanism,
    certificate: leaf.certificate,
    signedAttributes,
    signature: await leaf.key.sign(signedAttributes),
  }
  return { leaf, signer }
}

const types = (set: DerNode): string[] => children(set).map((attribute) => derOid(fields(attribute).next(TAG.oid)))

function signedDataOf(cms: Uint8Array): DerNode[] {
  const info = fields(parseDer(cms))
  expect(derOid(info.next(TAG.oid))).toBe('1.2.840.113549.1.7.2')
  return [...children(inner(info.next(0xa0)))]
}

test('the DTBS is a SET OF in DER order under SHA-256, 384 and 512; CAdES has a signing time, PAdES none', async () => {
  for (const algorithm of ['ECDSA-P256', 'ECDSA-P384', 'Ed25519'] as const) {
    const { signer } = await entry(algorithm)
    const set = parseDer(signer.signedAttributes)
    expect(set.tag).toBe(TAG.set)
    const raws = children(set).map((child) => child.raw)
    expect(raws).toEqual(raws.toSorted(compareBytes))
    expect(types(set).toSorted()).toEqual(
      [
        ATTRIBUTE.contentType,
        ATTRIBUTE.messageDigest,
        ATTRIBUTE.signingTime,
        ATTRIBUTE.signingCertificateV2,
        ATTRIBUTE.algorithmProtection,
      ].toSorted(),
    )
  }
  const { signer } = await entry('ECDSA-P256', {})
  expect(types(parseDer(signer.signedAttributes))).not.toContain(ATTRIBUTE.signingTime)
})

test('optional attributes: commitment, policy, location, MIME type', async () => {
  const { leaf } = await entry('ECDSA-P256')
  const set = await buildSignedAttributes(
    {
      mechanism: leaf.key.mechanism,
      certificate: leaf.certificate,
      messageDigest: new Uint8Array(32),
      commitment: 'approval',
      policy: { oid: '1.2.3', digest: 'SHA-256', value: new Uint8Array(32), uri: 'https://example.com/policy' },
      location: { country: 'UA', locality: 'Львів', postalAddress: ['1'] },
      mimeType: 'text/plain',
    },
    testEngine,
  )
  expect(types(parseDer(set))).toEqual(
    expect.arrayContaining([
      ATTRIBUTE.commitmentType,
      ATTRIBUTE.signaturePolicy,
      ATTRIBUTE.signerLocation,
      ATTRIBUTE.mimeType,
    ]),
  )
  const wrong = { mechanism: leaf.key.mechanism, certificate: leaf.certificate, messageDigest: new Uint8Array(20) }
  await expect(buildSignedAttributes(wrong, testEngine)).rejects.toThrow(RangeError)
})

test('the SignerInfo carries exactly what was signed, under [0], and the value verifies', async () => {
  for (const algorithm of ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'ECDSA-P521', 'Ed25519', 'ML-DSA-65'] as const) {
    const { leaf, signer } = await entry(algorithm)
    const cms = encodeSignedData({ signers: [signer], certificates: leaf.chain })
    const parts = signedDataOf(cms)
    expect(parts.map((part) => part.tag)).toEqual([0x02, 0x31, 0x30, 0xa0, 0x31])
    const held = children(parts[3]!).map((node) => toHex(node.raw))
    expect(held.toSorted()).toEqual([leaf.certificate, ...leaf.chain].map(toHex).toSorted())
    const [version, sid, digest, attributes, signatureAlgorithm, value] = children(children(parts[4]!)[0]!)
    expect(toHex(version!.raw)).toBe('020101')
    expect(sid!.tag).toBe(TAG.sequence)
    expect(children(digest!).length).toBe(1)
    expect(toHex(attributes!.contents)).toBe(toHex(parseDer(signer.signedAttributes).contents))
    const check = await verifySignature(testEngine, {
      algorithm: signatureAlgorithm!.raw,
      spki: leaf.key.spki,
      data: signer.signedAttributes,
      signature: value!.contents,
    })
    expect(check).toMatchObject({ supported: true, valid: true })
  }
})

test('the upper bound holds for every algorithm and is tight but for ECDSA', async () => {
  for (const algorithm of [
    'RSASSA-PKCS1-v1_5',
    'ECDSA-P256',
    'ECDSA-P384',
    'ECDSA-P521',
    'Ed25519',
    'ML-DSA-87',
  ] as const) {
    const { leaf, signer } = await entry(algorithm)
    const bound = maxSignedDataLength([signer], leaf.chain)
    for (let i = 0; i < 20; i++) {
      const signature = await leaf.key.sign(signer.signedAttributes)
      const { length } = encodeSignedData({ signers: [{ ...signer, signature }], certificates: leaf.chain })
      expect(length).toBeLessThanOrEqual(bound)
      expect(bound - length).toBeLessThanOrEqual(algorithm.startsWith('ECDSA') ? 12 : 0)
    }
    expect(maxSignedDataLength([signer], leaf.chain, 5000)).toBeGreaterThan(bound + 5000)
  }
})

test('parallel signers: both SignerInfos, each digest once, shared certificates once', async () => {
  const first = await entry('ECDSA-P256')
  const second = await entry('ML-DSA-65')
  const cms = encodeSignedData({
    signers: [first.signer, second.signer],
    certificates: [...first.leaf.chain, ...second.leaf.chain, ...first.leaf.chain],
  })
  const parts = signedDataOf(cms)
  expect(children(parts[1]!).length).toBe(2)
  expect(children(parts[3]!).length).toBe(6)
  expect(children(parts[4]!).length).toBe(2)
  expect(() => encodeSignedData({ signers: [], certificates: [] })).toThrow(RangeError)
})

test('a key is asked once: nothing here signs', async () => {
  let asked = 0
  const key = await testKey('ECDSA-P256')
  const { leaf } = await testChain('ECDSA-P256', {
    key: {
      ...key,
      sign: (data) => {
        asked++
        return key.sign(data)
      },
    },
  })
  const input = { mechanism: key.mechanism, certificate: leaf.certificate, messageDigest: new Uint8Array(32) }
  const signedAttributes = await buildSignedAttributes(input, testEngine)
  maxSignedDataLength([{ ...input, signedAttributes }], leaf.chain)
  expect(asked).toBe(0)
})
