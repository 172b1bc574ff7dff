import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testEngine } from '../../testing/engines.ts'
import { inFolder, run, testWith } from '../../testing/tools.ts'
import { openKeyFile } from './key-file.ts'

const KEYS = {
  rsa: ['-newkey', 'rsa:2048'],
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ed25519: ['-newkey', 'ed25519'],
} as const

for (const [name, args] of Object.entries(KEYS)) {
  testWith(['openssl'], `PEM of ${name}: plain, traditional, encrypted, each with its certificate`, async () => {
    await inFolder(async (folder) => {
      const at = (file: string): string => join(folder, file)
      const subject = ['-subj', '/CN=PEM', '-days', '30', '-nodes']
      run('openssl', ['req', '-x509', ...args, ...subject, '-keyout', at('plain.key'), '-out', at('cert.pem')])
      run('openssl', ['pkey', '-in', at('plain.key'), '-traditional', '-out', at('old.key')])
      const sealed = ['-topk8', '-v2', 'aes-256-cbc', '-passout', 'pass:пароль']
      run('openssl', ['pkcs8', '-in', at('plain.key'), ...sealed, '-out', at('sealed.key')])
      const certificate = readFileSync(at('cert.pem'))
      for (const [key, password] of [
        ['plain.key', ''],
        ['old.key', ''],
        ['sealed.key', 'пароль'],
      ] as const) {
        // Ed25519 has no form older than PKCS#8.
        if (name === 'ed25519' && key === 'old.key') continue
        const bytes = new Uint8Array(Buffer.concat([certificate, readFileSync(at(key))]))
        const { keys } = await openKeyFile(bytes, password, testEngine)
        expect(keys).toHaveLength(1)
        expect(keys[0]?.certificate, key).not.toBeNull()
      }
      const bytes = new Uint8Array(readFileSync(at('sealed.key')))
      await expect(openKeyFile(bytes, 'wrong', testEngine)).rejects.toMatchObject({ code: 'PKCS12_PASSWORD_INCORRECT' })
    })
  })
}

test('text without a key, and what is no key file at all', async () => {
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
  const certificate = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
  const broken = '-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n'
  await expect(openKeyFile(utf8(certificate), '', testEngine)).rejects.toMatchObject({ code: 'PKCS12_NO_KEY' })
  await expect(openKeyFile(utf8(broken), '', testEngine)).rejects.toMatchObject({ code: 'PKCS12_MALFORMED' })
  await expect(openKeyFile(utf8('hello'), '', testEngine)).rejects.toMatchObject({ code: 'PKCS12_MALFORMED' })
})
