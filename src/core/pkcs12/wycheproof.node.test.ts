import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '../bytes/bytes.ts'
import { parseDer } from '../bytes/der-read.ts'
import { derNull, integer, octetString, oid, sequence } from '../bytes/der-write.ts'
import { testEngine } from '../../testing/engines.ts'
import { describeShared } from '../../testing/shared.ts'
import { decryptPbe } from './pbe.ts'
import { startWork } from './work.ts'

type Vector = {
  tcId: number
  password: string
  salt: string
  iterationCount: number
  iv: string
  msg: string
  ct: string
  result: 'valid' | 'invalid' | 'acceptable'
}

describeShared('Wycheproof: PBES2 with HMAC-SHA-256 and AES-256', (shared) => {
  const path = join(shared, 'corpus/11-vectors/wycheproof__pbes2_hmacsha256_aes_256_test.json')
  const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as { testGroups: { tests: Vector[] }[] }

  test('every vector', async () => {
    const wrong: number[] = []
    for (const { tcId, password, salt, iterationCount, iv, msg, ct, result } of testGroups.flatMap(
      ({ tests }) => tests,
    )) {
      const prf = sequence(oid('1.2.840.113549.2.9'), derNull())
      const kdf = sequence(
        oid('1.2.840.113549.1.5.12'),
        sequence(octetString(fromHex(salt)), integer(iterationCount), prf),
      )
      const scheme = sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(fromHex(iv)))
      const algorithm = parseDer(sequence(oid('1.2.840.113549.1.5.13'), sequence(kdf, scheme)))
      const form = { bmp: new Uint8Array(0), octets: fromHex(password) }
      const plain = await decryptPbe(algorithm, fromHex(ct), form, startWork(testEngine, {}))
      const good = plain !== null && toHex(plain) === msg
      if (result !== 'acceptable' && good !== (result === 'valid')) wrong.push(tcId)
    }
    expect(wrong).toEqual([])
  })
})
