import { readFileSync, writeFileSync } from 'node:fs'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { importParameters, signParameters } from '../../src/core/algorithms.ts'
import type { SignatureFormat, SourceFile } from '../../src/core/formats/format.ts'
import type { SignerInfo, SigningKey } from '../../src/core/keys.ts'
import type { Ports } from '../../src/core/ports.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { testEngine } from '../../src/testing/engines.ts'
import { testRandom } from '../../src/testing/ports.ts'
import { MECHANISMS, type Row } from './mechanisms.ts'
import { pemBody, type Pki } from './pki.ts'

export const ports: Ports = { clock: systemClock, random: testRandom, engine: testEngine }

export type Party = { signer: SignerInfo; mechanism: Row; sign(dtbs: Uint8Array): Promise<Uint8Array> }

const ML_DSA = { 'ML-DSA-44': ml_dsa44, 'ML-DSA-65': ml_dsa65, 'ML-DSA-87': ml_dsa87 }

/** OpenSSL writes seed and expanded key: SEQUENCE { OCTET STRING (32), OCTET STRING } inside PKCS#8. RFC 9881, 6. */
function seedOf(pkcs8: Uint8Array): Uint8Array {
  const hex = Buffer.from(pkcs8).toString('hex')
  const at = /3082[0-9a-f]{4}0420([0-9a-f]{64})0482/.exec(hex)
  if (!at?.[1]) throw new Error('no ML-DSA seed in the PKCS#8')
  return new Uint8Array(Buffer.from(at[1], 'hex'))
}

/** A key and certificate that OpenSSL made, as a key provider would hand them out. */
export async function party(pki: Pki, mechanism: Row): Promise<Party> {
  const made = pki.signer(mechanism.kind)
  const signer: SignerInfo = {
    certificate: new Uint8Array(readFileSync(made.der)),
    chain: [new Uint8Array(readFileSync(pki.rootDer))],
    mechanisms: [mechanism],
  }
  const pkcs8 = pemBody(made.key)
  const { signature } = mechanism
  if (signature === 'ML-DSA-44' || signature === 'ML-DSA-65' || signature === 'ML-DSA-87') {
    const { secretKey } = ML_DSA[signature].keygen(seedOf(pkcs8))
    return { signer, mechanism, sign: (dtbs) => Promise.resolve(ML_DSA[signature].sign(dtbs, secretKey)) }
  }
  const { subtle } = testEngine
  const key = await subtle.importKey('pkcs8', pkcs8, importParameters(mechanism), false, ['sign'])
  return {
    signer,
    mechanism,
    sign: async (dtbs) => new Uint8Array(await subtle.sign(signParameters(mechanism), key, Uint8Array.from(dtbs))),
  }
}

/** A party as a key of the app. @throws Error for a mechanism that is not in the table */
export async function keyOf(pki: Pki, kind: string | undefined, signature: string | undefined): Promise<SigningKey> {
  const row = MECHANISMS.find((each) => each.kind === kind && each.signature === signature)
  if (!row) throw new Error(`no mechanism ${kind} ${signature}`)
  const signing = await party(pki, row)
  const { signer, mechanism } = signing
  const own = { signature: mechanism.signature, digest: mechanism.digest }
  return { id: row.name, label: row.name, signer: { ...signer, mechanisms: [own] }, sign: (dtbs) => signing.sign(dtbs) }
}

/** The whole way of one signature: prepare, each party signs, embed; written to `out`. */
export async function signFile<P, S>(
  format: Pick<SignatureFormat<P, S>, 'prepare' | 'embed'>,
  file: SourceFile,
  parties: readonly Party[],
  options: P,
  out: string,
): Promise<string> {
  const signers = parties.map(({ signer, mechanism }) => ({
    signer,
    mechanism: { signature: mechanism.signature, digest: mechanism.digest },
  }))
  const prepared = await format.prepare({ files: [file], signers, level: 'B-B', options }, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }, i) => parties[i]!.sign(dtbs)))
  const signed = await format.embed(prepared, values, ports)
  writeFileSync(out, new Uint8Array(await signed.blob.arrayBuffer()))
  return out
}

export function sourceFile(path: string): SourceFile {
  return { name: path.replace(/.*\//, ''), blob: new Blob([readFileSync(path)]) }
}
