import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { run, toolPath } from './tools.ts'
import type { Case, Verdict } from './verdict.ts'

/** An empty certificate store of our own: what Firefox on this machine trusts is no business of a test. */
function nssDatabase(): string {
  const folder = resolve('.cache/interop/nss')
  if (!existsSync(`${folder}/cert9.db`)) {
    mkdirSync(folder, { recursive: true })
    const made = run('certutil', ['-N', '--empty-password', '-d', `sql:${folder}`])
    if (made.status !== 0) throw new Error(`certutil (libnss3-tools): ${made.err}`)
  }
  return folder
}

/** pdfsig (poppler, NSS): integrity of every signature, and which part of the file the last one covers. Trust is not asked of it. */
export function pdfsig(one: Case): Verdict & { wholeDocument: boolean } {
  const password = one.password === undefined ? [] : ['-upw', one.password]
  const done = run(toolPath('pdfsig'), ['-nocert', '-nssdir', nssDatabase(), ...password, one.file])
  const verdicts = [...done.out.matchAll(/- Signature Validation: (.*)/g)].map((match) => match[1] ?? '')
  const intact = verdicts.length > 0 && verdicts.every((text) => text === 'Signature is Valid.')
  return {
    judge: 'pdfsig',
    intact,
    accepts: intact,
    signatures: verdicts.length,
    wholeDocument: /- Total document signed/.test(done.out),
    why: `${done.out}${done.err}`.trim(),
  }
}
