import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { describeShared } from '../../../testing/shared.ts'
import { inFolder, run } from '../../../testing/tools.ts'
import { equalBytes } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import type { PadesOptions } from './options.ts'

type CorpusEntry = Readonly<{ file: string; category: string; expected: Readonly<{ signing_expectation?: string }> }>

/** Files whose password the sources give. */
const PASSWORDS: Readonly<Record<string, string>> = {
  'pyHanko__minimal-aes256.pdf': 'ownersecret',
  'pdfbox__sign_me_protected.pdf': ' ',
}

/** Restricted: only the field that is there may be signed. */
const FIELDS: Readonly<Record<string, string>> = {
  'dss__edition_protected_signing_allowed_with_field.pdf': 'Signature1',
}

type Judged = Readonly<{ qpdf: number | null; valid: number; total: number }>

function judge(path: string, password: string | undefined): Judged {
  const check = run('qpdf', ['--check', ...(password === undefined ? [] : [`--password=${password}`]), path])
  const asked = password === undefined ? [] : ['-upw', password, '-opw', password]
  const signatures = run('pdfsig', ['-nocert', ...asked, path]).output
  return {
    qpdf: check.status,
    valid: signatures.split('Signature is Valid').length - 1,
    total: signatures.split('Total document signed').length - 1,
  }
}

describeShared('signing the acceptance files', (shared) => {
  const folder = join(shared, 'corpus')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as CorpusEntry[]
  const table: string[] = []
  let party: TestParty
  beforeAll(async () => {
    party = (await testChain()).leaf
  })
  afterAll(() => {
    process.stdout.write(`${['', 'file | outcome | qpdf before -> after | signatures valid', ...table].join('\n')}\n`)
  })

  const optionsOf = (file: string): PadesOptions => {
    const name = file.split('/').at(-1) ?? ''
    const password = PASSWORDS[name]
    const field = FIELDS[name]
    return {
      ...(password === undefined ? {} : { password }),
      ...(field === undefined ? {} : { field: { kind: 'existing', name: field } }),
    }
  }

  async function signTwice(entry: CorpusEntry): Promise<void> {
    const path = join(folder, entry.file)
    const options = optionsOf(entry.file)
    const original = new Uint8Array(readFileSync(path))
    const before = judge(path, options.password)
    await inFolder(async (scratch) => {
      let file: Uint8Array = original
      for (let n = 1; n <= 2; n++) {
        const again = n === 1 ? options : { ...options, field: { kind: 'new' } as const }
        if (n === 2 && FIELDS[entry.file.split('/').at(-1) ?? ''] !== undefined) break
        const signed = await signPdf(file, party, again)
        expect(equalBytes(signed.subarray(0, file.length), file)).toBe(true)
        const output = join(scratch, 'signed.pdf')
        writeFileSync(output, signed)
        const after = judge(output, options.password)
        table.push(`${entry.file} | signed ${n} | ${before.qpdf} -> ${after.qpdf} | ${before.valid} -> ${after.valid}`)
        expect(after).toMatchObject({ valid: before.valid + n, total: 1 })
        if (before.qpdf === 0) expect(after.qpdf).toBe(0)
        else if (before.qpdf === 3) expect([0, 3]).toContain(after.qpdf)
        file = signed
      }
    })
  }

  for (const entry of manifest) {
    const expectation = entry.expected.signing_expectation
    if (expectation === undefined || !existsSync(join(folder, entry.file))) continue
    test(`${entry.file}`, async () => {
      if (!expectation.includes('NOT permitted')) return signTwice(entry)
      const file = new Uint8Array(readFileSync(join(folder, entry.file)))
      const outcome = await signPdf(file, party).catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(SignError)
      expect(outcome).toMatchObject({ code: 'FORMAT_DOCMDP_FORBIDS' })
      table.push(`${entry.file} | refused FORMAT_DOCMDP_FORBIDS | |`)
    })
  }

  for (const entry of manifest.filter(({ category }) => /^[234]-/.test(category) && category.endsWith('pdf'))) {
    test(`${entry.file}: signed or refused with a code, within 5 s`, { timeout: 5000 }, async () => {
      const file = new Uint8Array(readFileSync(join(folder, entry.file)))
      const outcome = await signPdf(file, party).catch((error: unknown) => error)
      if (outcome instanceof Uint8Array) expect(equalBytes(outcome.subarray(0, file.length), file)).toBe(true)
      else expect(outcome).toBeInstanceOf(SignError)
      const code = outcome instanceof SignError ? outcome.code : 'signed'
      if (entry.category !== '4-unsigned-pdf') table.push(`${entry.file} | ${code} | |`)
    })
  }
})
