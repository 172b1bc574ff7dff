import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate, type KeyObject } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { latin1 } from '../bytes/bytes.ts'
import { encodePem } from '../bytes/pem.ts'
import { testEngine } from '../../testing/engines.ts'
import { testKey, testRoot } from '../../testing/pki.ts'
import { openKeyFile } from './key-file.ts'

let certificates = ''
let key: KeyObject

beforeAll(async () => {
  const leafKey = await testKey('ECDSA-P256')
  const root = await testRoot()
  const leaf = await root.issue({ key: leafKey })
  // Root first, the leaf last: the order says nothing.
  certificates = [root.certificate, leaf.certificate].map((der) => encodePem('CERTIFICATE', der)).join('text between\n')
  key = createPrivateKey({ key: Buffer.from(leafKey.pkcs8!), format: 'der', type: 'pkcs8' })
})

const open = (pem: string, password = '') => openKeyFile(latin1(pem), password, testEngine)

async function expectOpens(pem: string, password?: string): Promise<void> {
  const { keys } = await open(pem + certificates, password)
  expect(keys.length).toBe(1)
  const own = new X509Certificate(keys[0]!.certificate!)
  const opened = createPublicKey(createPrivateKey({ key: Buffer.from(keys[0]!.pkcs8), format: 'der', type: 'pkcs8' }))
  expect(own.publicKey.equals(opened)).toBe(true)
  expect(keys[0]!.chain.length).toBe(1)
}

const exported = (options: object): string => String(key.export({ format: 'pem', ...options } as never))

test('PKCS#8 and SEC 1, plain', async () => {
  await expectOpens(exported({ type: 'pkcs8' }))
  await expectOpens(exported({ type: 'sec1' }).replaceAll('\n', '\r\n'))
})

test.each(['aes-256-cbc', 'aes-128-cbc', 'des-ede3-cbc'])('encrypted PKCS#8 and traditional, %s', async (cipher) => {
  for (const type of ['pkcs8', 'sec1']) {
    const pem = exported({ type, cipher, passphrase: 'пароль' })
    await expectOpens(pem, 'пароль')
    for (const wrong of ['', 'x', 'y', 'z']) {
      await expect(open(pem, wrong)).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
    }
  }
})

test('scrypt, as OpenSSL writes it', async () => {
  const input = exported({ type: 'pkcs8' })
  const done = spawnSync('openssl', ['pkcs8', '-topk8', '-scrypt', '-passout', 'pass:x'], { input, encoding: 'utf8' })
  if (done.error && !process.env['CI']) return
  await expectOpens(done.stdout, 'x')
})

test('RSA in PKCS#1; a key without its certificate; none at all; an unknown kind', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' })
  const { keys } = await open(rsa + certificates)
  expect(keys).toMatchObject([{ certificate: null, chain: [] }])
  await expect(open(certificates)).rejects.toMatchObject({ code: 'PKCS12_NO_KEY' })
  await expect(open('nothing')).rejects.toMatchObject({ code: 'PKCS12_MALFORMED' })
  const dsa = '-----BEGIN DSA PRIVATE KEY-----\nMAA=\n-----END DSA PRIVATE KEY-----\n'
  await expect(open(dsa)).rejects.toMatchObject({ code: 'PKCS12_UNSUPPORTED' })
})
