// Project Wycheproof's vectors, over the engine's own verification and over the bodies that stand in where an engine lacks one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parsePublicKey } from '../algorithms.ts'
import { fromHex } from '../bytes/bytes.ts'
import { derNull, explicit, integer, oid, sequence } from '../bytes/der-write.ts'
import { nodeEngines } from '../../testing/engines-node.ts'
import { describeShared } from '../../testing/shared.ts'
import { ecdsaToDer } from './ecdsa-value.ts'
import { verifyEcdsa } from './ecdsa.ts'
import { verifyEddsa } from './eddsa.ts'
import { verifyRsa } from './rsa.ts'
import { parseSignatureAlgorithm } from './signature-algorithm.ts'
import { verifySignature } from './verify.ts'

type Vector = {
  tcId: number
  comment: string
  flags: string[]
  msg: string
  sig: string
  result: 'valid' | 'invalid' | 'acceptable'
}
type Group = { publicKeyDer: string; tests: Vector[] }

const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), derNull())
const PSS = sequence(
  oid('1.2.840.113549.1.1.10'),
  sequence(explicit(0, sha256), explicit(1, sequence(oid('1.2.840.113549.1.1.8'), sha256)), explicit(2, integer(32))),
)
const RSA = sequence(oid('1.2.840.113549.1.1.11'), derNull())

describeShared('Wycheproof', (shared) => {
  const groupsOf = (name: string): Group[] =>
    (
      JSON.parse(readFileSync(join(shared, `corpus/11-vectors/wycheproof__${name}_test.json`), 'utf8')) as {
        testGroups: Group[]
      }
    ).testGroups

  /** Runs every vector of a file through one body; 'acceptable' may go either way. */
  async function judge(
    name: string,
    verify: (spki: Uint8Array, data: Uint8Array, signature: Uint8Array) => Promise<boolean>,
  ): Promise<number> {
    const wrong: string[] = []
    let count = 0
    for (const group of groupsOf(name)) {
      for (const { tcId, comment, msg, sig, result } of group.tests) {
        count++
        const given = await verify(fromHex(group.publicKeyDer), fromHex(msg), fromHex(sig))
        if (result !== 'acceptable' && given !== (result === 'valid'))
          wrong.push(`${tcId} (${comment}): ${result}, given ${given}`)
      }
    }
    expect(wrong).toEqual([])
    return count
  }

  describeEach('rsa_signature_2048_sha256', RSA)
  describeEach('rsa_pss_2048_sha256_mgf1_32', PSS)
  describeEach('ecdsa_secp256r1_sha256_p1363', sequence(oid('0.4.0.127.0.7.1.1.4.1.3')))
  describeEach('ed25519', sequence(oid('1.3.101.112')))

  function describeEach(name: string, algorithm: Uint8Array): void {
    test.each(nodeEngines.map((engine) => [engine.id, engine] as const))(`${name}, engine %s`, async (_, engine) => {
      const count = await judge(name, async (spki, data, signature) => {
        const check = await verifySignature(engine, { algorithm, spki, data, signature })
        expect(check.supported).toBe(true)
        return check.valid
      })
      expect(count).toBeGreaterThan(100)
    })

    test(`${name}, the body for engines that lack it`, async () => {
      const [engine] = nodeEngines
      const suite = parseSignatureAlgorithm(algorithm)
      await judge(name, async (spki, data, signature) => {
        const key = parsePublicKey(spki)
        if (suite.scheme === 'Ed25519') return verifyEddsa('Ed25519', key, data, signature)?.valid ?? false
        const verify = suite.scheme === 'ECDSA-plain' ? verifyEcdsa : verifyRsa
        return (await verify(engine!, suite, key, data, signature))?.valid ?? false
      })
    })
  }

  test('ecdsa as CMS carries it: r||s rewritten as DER', async () => {
    const [engine] = nodeEngines
    const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
    await judge('ecdsa_secp256r1_sha256_p1363', async (spki, data, value) => {
      if (value.length !== 64) return false
      const check = await verifySignature(engine!, { algorithm, spki, data, signature: ecdsaToDer(value) })
      return check.valid
    })
  })
})
