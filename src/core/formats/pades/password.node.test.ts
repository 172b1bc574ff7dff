import { expect } from 'vitest'
import { classicPdf, simpleObjects } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testRoot } from '../../../testing/pki.ts'
import { qpdf, testWith } from '../../../testing/tools.ts'
import { verifyingPorts } from '../../../testing/verifying.ts'
import { collectFiles } from '../collect-any.ts'

testWith(['qpdf'], 'each locked file opens by its own password, and tells its signature then only', async () => {
  const party = await testRoot('ECDSA-P256', { ca: false })
  const locked = async (password: string) => {
    const file = await qpdf(classicPdf(simpleObjects()), ['--encrypt', password, 'owner', '256', '--'])
    return new Blob([Uint8Array.from(await signPdf(file, party, { password }))])
  }
  const [first, second] = [await locked('one'), await locked('two')]
  const found = async (passwords: readonly (string | undefined)[]) => {
    const files = [first, second].map((blob, i) => {
      const password = passwords[i]
      return { name: `${i}.pdf`, blob, ...(password !== undefined && { password }) }
    })
    return (await collectFiles(files, verifyingPorts)).map(({ code, signatures }) => code ?? signatures.length)
  }
  expect(await found([])).toEqual(['FORMAT_PASSWORD_REQUIRED', 'FORMAT_PASSWORD_REQUIRED'])
  expect(await found(['two', 'two'])).toEqual(['FORMAT_PASSWORD_INCORRECT', 1])
  expect(await found(['one', undefined])).toEqual([1, 'FORMAT_PASSWORD_REQUIRED'])
  expect(await found(['one', 'two'])).toEqual([1, 1])
})
