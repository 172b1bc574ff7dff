import { expect, test } from 'vitest'
import { classicPdf, simpleObjects } from '../../../testing/pdf-builder.ts'
import { qpdf, testWith } from '../../../testing/tools.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { fromHex, fromLatin1, latin1, toHex } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import { PdfStream } from '../objects.ts'
import { openPdf } from '../open.ts'
import { pageAt } from '../pages.ts'
import { textOf } from '../text.ts'
import { rc4 } from '../../suites/rc4.ts'

test('RC4 gives the known streams of RFC 6229', () => {
  expect(toHex(rc4(fromHex('0102030405'), new Uint8Array(16)))).toBe('b2396305f03dc027ccc3524a0a1118a8')
  expect(toHex(rc4(latin1('Key'), latin1('Plaintext')))).toBe('bbf316e8d940af0ad3')
})

const plain = classicPdf(simpleObjects({ 6: '<< /Title (Agreement \\(draft\\)) >>' }), { trailer: '/Info 6 0 R' })
const code = (error: unknown): string => (error instanceof SignError ? error.code : String(error))

const kinds: readonly [name: string, ...args: string[]][] = [
  ['R2, RC4 40', '40'],
  ['R3, RC4 128', '128', '--use-aes=n'],
  ['R4, RC4 crypt filter', '128', '--force-V4'],
  ['R4, AES 128', '128', '--use-aes=y'],
  ['R4, AES 128, clear metadata', '128', '--use-aes=y', '--cleartext-metadata'],
  ['R5, AES 256', '256', '--force-R5'],
  ['R6, AES 256', '256'],
]

for (const [name, bits = '', ...flags] of kinds) {
  for (const streams of ['disable', 'generate']) {
    testWith(['qpdf'], `${name}, object streams ${streams}: strings and streams are read`, async () => {
      const weak = ['--allow-weak-crypto', `--object-streams=${streams}`]
      const file = await qpdf(plain, [...weak, '--encrypt', 'user', 'owner', bits, ...flags, '--'])
      await expect(openPdf(bytesSource(file)).catch(code)).resolves.toBe('FORMAT_PASSWORD_REQUIRED')
      await expect(openPdf(bytesSource(file), { password: 'x' }).catch(code)).resolves.toBe('FORMAT_PASSWORD_INCORRECT')
      for (const password of ['user', 'owner']) {
        const document = await openPdf(bytesSource(file), { password })
        expect(document.crypt?.permissions.owner).toBe(password === 'owner')
        const info = await document.dict(document.trailer(), 'Info')
        expect(textOf(await document.value(info, 'Title'))).toBe('Agreement (draft)')
        const content = await document.value((await pageAt(document, 0))?.dict, 'Contents')
        if (!(content instanceof PdfStream)) throw new Error('no content')
        expect(fromLatin1(await document.decoded(content))).toContain('(Hello) Tj')
      }
    })
  }
}

testWith(['qpdf'], 'the empty user password opens; restrictions are read', async () => {
  const restricted = ['--encrypt', '', 'owner', '256', '--modify=none', '--annotate=n', '--']
  const document = await openPdf(bytesSource(await qpdf(plain, restricted)))
  expect(document.crypt?.permissions).toEqual({ owner: false, fillForms: false, createFields: false })
  const forms = ['--encrypt', '', 'owner', '256', '--modify=form', '--annotate=n', '--']
  const fillable = await openPdf(bytesSource(await qpdf(plain, forms)))
  expect(fillable.crypt?.permissions).toEqual({ owner: false, fillForms: true, createFields: false })
})

testWith(['qpdf'], 'a non-ASCII password', async () => {
  const args = ['--password-mode=unicode', '--encrypt', 'naïve€', 'o', '256', '--']
  const document = await openPdf(bytesSource(await qpdf(plain, args)), { password: 'naïve€' })
  expect((await pageAt(document, 0))?.ref?.number).toBeGreaterThan(0)
})
