import { spawnSync } from 'node:child_process'
import { test } from '@playwright/test'

/** What other people's programs say of a file. */
export type Answer = { good: boolean; text: string }

function run(command: string, args: readonly string[]): Answer | null {
  const done = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  if (!done.error) return { good: done.status === 0, text: `${done.stdout}${done.stderr}` }
  if (process.env['CI']) throw new Error(`${command} must be there in CI`)
  test.info().annotations.push({ type: 'not judged', description: `${command} is not on this machine` })
  return null
}

/** Null: OpenSSL is not here (never in CI). */
export function opensslDetached(signature: string, content: string, anchors: string): Answer | null {
  const from = ['-inform', 'DER', '-in', signature, '-content', content, '-out', '/dev/null']
  return run('openssl', ['cms', '-verify', '-cades', '-binary', ...from, '-CAfile', anchors])
}

/** Null: poppler is not here (never in CI). Good: every signature is valid and the last covers the whole document. */
export function pdfsig(path: string): Answer | null {
  const answer = run('pdfsig', ['-nocert', path])
  if (!answer) return null
  const verdicts = [...answer.text.matchAll(/- Signature Validation: (.*)/g)].map((match) => match[1])
  const good = verdicts.length > 0 && verdicts.every((text) => text === 'Signature is Valid.')
  return { good: good && answer.text.includes('Total document signed'), text: answer.text }
}

export const qpdfCheck = (path: string): Answer | null => run('qpdf', ['--check', path])

/** The text of every page as MuPDF reads it, fields included. */
export const textOf = (path: string): Answer | null => run('mutool', ['draw', '-q', '-F', 'txt', path])

/** Paths: the CA (PEM), its CRL (DER), the certificate with or without its issuer behind it (PEM). */
export function opensslVerify({ root, crl, leaf }: Readonly<Record<'root' | 'crl' | 'leaf', string>>): Answer | null {
  const pem = `${crl}.pem`
  run('openssl', ['crl', '-inform', 'DER', '-in', crl, '-out', pem])
  return run('openssl', ['verify', '-x509_strict', '-crl_check', '-CAfile', root, '-CRLfile', pem, leaf])
}
