import { expect, test } from 'vitest'
import { derNull, explicit, integer, octetString, oid, sequence } from '../bytes/der-write.ts'
import { testEngine } from '../../testing/engines.ts'
import { openPkcs12 } from './read.ts'

const data = (contents: Uint8Array): Uint8Array =>
  sequence(oid('1.2.840.113549.1.7.1'), explicit(0, octetString(contents)))
const salt = octetString(new Uint8Array(8))
const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), derNull())

/** A file without a key, with a MAC that asks for this many iterations. */
function withMac(iterations: number): Uint8Array {
  const mac = sequence(sequence(sha256, octetString(new Uint8Array(32))), salt, integer(iterations))
  return sequence(integer(3), data(sequence()), mac)
}

/** A file whose only safe is encrypted by this algorithm. */
function encrypted(algorithm: Uint8Array): Uint8Array {
  const content = sequence(
    oid('1.2.840.113549.1.7.1'),
    algorithm,
    octetString(new Uint8Array(16)).map((octet, i) => (i === 0 ? 0x80 : octet)),
  )
  const safe = sequence(oid('1.2.840.113549.1.7.6'), explicit(0, sequence(integer(0), content)))
  return sequence(integer(3), data(sequence(safe)))
}

const pbes2 = (kdf: Uint8Array): Uint8Array => {
  const aes = sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(new Uint8Array(16)))
  return sequence(oid('1.2.840.113549.1.5.13'), sequence(kdf, aes))
}
const pbkdf2 = (iterations: number) => sequence(oid('1.2.840.113549.1.5.12'), sequence(salt, integer(iterations)))
const scrypt = (n: number) =>
  sequence(oid('1.3.6.1.4.1.11591.4.11'), sequence(salt, integer(n), integer(8), integer(1)))

const refusal = (bytes: Uint8Array, code: string) =>
  expect(openPkcs12(bytes, 'x', testEngine)).rejects.toMatchObject({ name: 'SignError', code })

test('bombs are refused before they go off: MAC, PBES1, PBKDF2, scrypt', async () => {
  await refusal(withMac(2_000_000_000), 'PKCS12_LIMIT_EXCEEDED')
  await refusal(
    encrypted(sequence(oid('1.2.840.113549.1.12.1.3'), sequence(salt, integer(900_000_000)))),
    'PKCS12_LIMIT_EXCEEDED',
  )
  await refusal(encrypted(pbes2(pbkdf2(50_000_000))), 'PKCS12_LIMIT_EXCEEDED')
  await refusal(encrypted(pbes2(scrypt(2 ** 30))), 'PKCS12_LIMIT_EXCEEDED')
  await refusal(withMac(0), 'PKCS12_MALFORMED')
})

test('what is not supported is named; what is wrong is told apart', async () => {
  const gost = openPkcs12(encrypted(sequence(oid('1.2.643.7.1.1.5.2.2'), sequence())), 'x', testEngine)
  await expect(gost).rejects.toMatchObject({
    code: 'PKCS12_UNSUPPORTED',
    details: { algorithm: '1.2.643.7.1.1.5.2.2' },
  })
  await refusal(encrypted(pbes2(pbkdf2(2000))), 'PKCS12_PASSWORD_INCORRECT')
  await refusal(encrypted(pbes2(scrypt(1024))), 'PKCS12_PASSWORD_INCORRECT')
  await refusal(withMac(1000), 'PKCS12_PASSWORD_INCORRECT')
  await refusal(sequence(integer(3), data(sequence())), 'PKCS12_NO_KEY')
  await refusal(sequence(integer(2), data(sequence())), 'PKCS12_UNSUPPORTED')
  await refusal(new Uint8Array(17 << 20), 'PKCS12_LIMIT_EXCEEDED')
})
