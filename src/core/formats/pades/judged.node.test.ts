import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect } from 'vitest'
import { classicPdf, simpleObjects, streamPdf } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { inFolder, qpdf, run, testWith } from '../../../testing/tools.ts'

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

const NEEDED = ['qpdf', 'pdfsig', 'mutool']

/** What others' readers say of a file. */
async function judged(
  bytes: Uint8Array,
  password?: string,
): Promise<{ valid: number; total: number; qpdf: number | null; text: string }> {
  return inFolder((folder) => {
    const path = join(folder, 'signed.pdf')
    writeFileSync(path, bytes)
    const asked = password === undefined ? [] : ['-upw', password]
    const signatures = run('pdfsig', ['-nocert', ...asked, path]).output
    const check = run('qpdf', ['--check', ...(password === undefined ? [] : [`--password=${password}`]), path])
    const text = run('mutool', ['draw', '-F', 'txt', ...(password === undefined ? [] : ['-p', password]), path]).output
    return Promise.resolve({
      valid: signatures.split('Signature is Valid').length - 1,
      total: signatures.split('Total document signed').length - 1,
      qpdf: check.status,
      text,
    })
  })
}

const kinds: readonly [string, () => Promise<Uint8Array>][] = [
  ['classic', () => Promise.resolve(classicPdf())],
  ['cross-reference stream', () => Promise.resolve(streamPdf())],
  ['object streams', () => qpdf(classicPdf(), ['--object-streams=generate'])],
  ['linearized', () => qpdf(classicPdf(), ['--linearize'])],
  ['linearized with object streams', () => qpdf(classicPdf(), ['--linearize', '--object-streams=generate'])],
]

for (const [name, make] of kinds) {
  testWith(NEEDED, `${name}: two signatures are valid by pdfsig, qpdf finds no fault, the page opens`, async () => {
    const first = await signPdf(await make(), party, { reason: 'Погоджено' })
    expect(await judged(first)).toMatchObject({ valid: 1, total: 1, qpdf: 0 })
    const second = await signPdf(first, party, { field: { kind: 'new', rect: [20, 20, 120, 60] } })
    const report = await judged(second)
    expect(report).toMatchObject({ valid: 2, total: 1, qpdf: 0 })
    expect(report.text).toContain('Hello')
    const tampered = second.slice()
    tampered[40] = (tampered[40] ?? 0) ^ 1
    expect((await judged(tampered)).valid).toBe(0)
  })
}

const ciphers: readonly [string, ...string[]][] = [
  ['RC4 40', '40'],
  ['RC4 128', '128', '--use-aes=n'],
  ['AES 128', '128', '--use-aes=y'],
  ['AES 256, R5', '256', '--force-R5'],
  ['AES 256, R6', '256'],
]

for (const [name, bits = '', ...flags] of ciphers) {
  for (const streams of ['disable', 'generate']) {
    testWith(
      NEEDED,
      `encrypted by ${name}, object streams ${streams}: signed twice, still encrypted, still opens`,
      async () => {
        const args = [
          '--allow-weak-crypto',
          `--object-streams=${streams}`,
          '--encrypt',
          'user',
          'owner',
          bits,
          ...flags,
          '--',
        ]
        const objects = simpleObjects({ 6: '<< /Title (Secret) >>' })
        const file = await qpdf(classicPdf(objects, { trailer: '/Info 6 0 R' }), args)
        const first = await signPdf(file, party, { password: 'user', reason: 'Reason to hide' })
        const signed = await signPdf(first, party, { password: 'owner' })
        const report = await judged(signed, 'user')
        expect(report.qpdf).toBe(0)
        expect(report.text).toContain('Hello')
        expect(report.valid).toBe(2)
        expect(Buffer.from(signed).includes('Reason to hide')).toBe(false)
      },
    )
  }
}
