// What is signed must not lean on one engine: the same request over WebCrypto of Node and over @peculiar/webcrypto.
import { expect, test } from 'vitest'
import { nodeEngines } from '../../../testing/engines-node.ts'
import { signerInfoOf, testChain } from '../../../testing/pki.ts'
import { contractPorts } from '../format.contract.ts'
import { embedCades, prepareCades } from './sign.ts'

test.each(['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'ECDSA-P256', 'ECDSA-P384', 'ECDSA-P521', 'Ed25519', 'ML-DSA-65'] as const)(
  '%s: every engine makes the same DTBS and checks the value before it writes',
  async (algorithm) => {
    const { leaf } = await testChain(algorithm)
    const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
    const files = [{ name: 'a.txt', blob: new Blob(['content']) }]
    const made: Uint8Array[] = []
    for (const engine of nodeEngines) {
      const ports = contractPorts(engine)
      const prepared = await prepareCades({ files, signers, level: 'B-B', options: {} }, ports)
      const dtbs = prepared.toBeSigned[0]?.dtbs ?? new Uint8Array(0)
      made.push(dtbs)
      const value = await leaf.key.sign(dtbs)
      const { blob } = await embedCades(prepared, [value], ports)
      expect(blob.size).toBeGreaterThan(500)
      const wrong = value.map((octet, i) => (i === 7 ? octet ^ 1 : octet))
      await expect(embedCades(prepared, [wrong], ports)).rejects.toMatchObject({ code: 'KEY_SIGNATURE_INVALID' })
    }
    expect(made[1]).toEqual(made[0])
  },
)
