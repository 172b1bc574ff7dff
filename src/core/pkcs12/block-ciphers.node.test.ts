import { spawnSync } from 'node:child_process'
import { createCipheriv, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { toHex, utf8 } from '../bytes/bytes.ts'
import { cbcDecrypt, desDecrypt, rc2Decrypt, tripleDesDecrypt, type BlockDecrypt } from './block-ciphers.ts'

const text = utf8('a private key in an old file, some blocks long')
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

function check(encrypted: Uint8Array, iv: Uint8Array, decrypt: BlockDecrypt, wrong: BlockDecrypt): void {
  expect(cbcDecrypt(decrypt, iv, encrypted)).toEqual(text)
  const other = cbcDecrypt(wrong, iv, encrypted)
  expect(other === null || toHex(other) !== toHex(text)).toBe(true)
  expect(cbcDecrypt(decrypt, iv, encrypted.subarray(1))).toBeNull()
}

test('triple DES with two and three keys is that of OpenSSL', () => {
  for (let i = 0; i < 5; i++) {
    for (const [name, size] of [
      ['des-ede3-cbc', 24],
      ['des-ede-cbc', 16],
    ] as const) {
      const [key, iv] = [random(size), random(8)]
      const cipher = createCipheriv(name, key, iv)
      const encrypted = new Uint8Array(Buffer.concat([cipher.update(text), cipher.final()]))
      check(encrypted, iv, tripleDesDecrypt(key), tripleDesDecrypt(random(size)))
    }
  }
})

// The legacy provider holds DES and RC2; `-rc2-40-cbc` has 40 effective bits.
test.each([
  ['des-cbc', 8, desDecrypt],
  ['rc2-cbc', 16, (key: Uint8Array) => rc2Decrypt(key, 128)],
  ['rc2-64-cbc', 8, (key: Uint8Array) => rc2Decrypt(key, 64)],
  ['rc2-40-cbc', 5, (key: Uint8Array) => rc2Decrypt(key, 40)],
] as const)('%s is that of OpenSSL', (name, size, make) => {
  const [key, iv] = [random(size), random(8)]
  const args = ['enc', `-${name}`, '-provider', 'legacy', '-provider', 'default', '-K', toHex(key), '-iv', toHex(iv)]
  const done = spawnSync('openssl', args, { input: text })
  if (done.error && !process.env['CI']) return
  expect(done.stderr.toString()).toBe('')
  check(new Uint8Array(done.stdout), iv, make(key), make(random(size)))
})
