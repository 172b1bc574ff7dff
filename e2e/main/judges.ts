import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from '@playwright/test'
import decodeQR from 'qr/decode.js'

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
export const pdfsig = (path: string): Answer | null => pdfsigWith(path)

/** The same of a file that a password opens. */
export function pdfsigWith(path: string, password = ''): Answer | null {
  const answer = run('pdfsig', ['-nocert', '-upw', password, '-opw', password, path])
  if (!answer) return null
  const verdicts = [...answer.text.matchAll(/- Signature Validation: (.*)/g)].map((match) => match[1])
  const good = verdicts.length > 0 && verdicts.every((text) => text === 'Signature is Valid.')
  return { good: good && answer.text.includes('Total document signed'), text: answer.text }
}

export const qpdfCheck = (path: string, password = ''): Answer | null =>
  run('qpdf', ['--check', `--password=${password}`, path])

/** The text of every page as MuPDF reads it, fields included. */
export const textOf = (path: string, password = ''): Answer | null =>
  run('mutool', ['draw', '-q', '-p', password, '-F', 'txt', path])

/** Encrypts by qpdf: passwords, length of the key and more of its own options. False: it is not here (never in CI). */
export function encrypted(from: string, to: string, [user, owner, bits, ...more]: readonly string[]): boolean {
  const weak = more.filter((option) => option === '--allow-weak-crypto')
  const own = more.filter((option) => option !== '--allow-weak-crypto')
  const answer = run('qpdf', [...weak, '--encrypt', user ?? '', owner ?? '', bits ?? '256', ...own, '--', from, to])
  if (answer && !answer.good) throw new Error(answer.text)
  return answer !== null
}

/** Paths: the CA (PEM), its CRL (DER), the certificate with or without its issuer behind it (PEM). */
export function opensslVerify({ root, crl, leaf }: Readonly<Record<'root' | 'crl' | 'leaf', string>>): Answer | null {
  const pem = `${crl}.pem`
  run('openssl', ['crl', '-inform', 'DER', '-in', crl, '-out', pem])
  return run('openssl', ['verify', '-x509_strict', '-crl_check', '-CAfile', root, '-CRLfile', pem, leaf])
}

type Colour = readonly [red: number, green: number, blue: number]

/** A page as MuPDF draws it. */
export class Pixels {
  readonly width: number
  readonly height: number
  readonly #data: Buffer

  /** @param ppm a binary PPM (P6) */
  constructor(ppm: Buffer) {
    const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 64).toString('latin1'))
    if (!head) throw new Error('no PPM')
    this.width = Number(head[1])
    this.height = Number(head[2])
    this.#data = ppm.subarray(head[0].length)
  }

  /** As a camera sees it. */
  get image(): { width: number; height: number; data: Buffer } {
    return { width: this.width, height: this.height, data: this.#data }
  }

  at(x: number, y: number): Colour {
    const start = 3 * (y * this.width + x)
    return [this.#data[start] ?? 0, this.#data[start + 1] ?? 0, this.#data[start + 2] ?? 0]
  }

  /** The smallest rectangle around all pixels of that kind. */
  bounds(isWanted: (colour: Colour) => boolean): { left: number; top: number; right: number; bottom: number } {
    const found = { left: this.width, top: this.height, right: 0, bottom: 0 }
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        if (!isWanted(this.at(x, y))) continue
        found.left = Math.min(found.left, x)
        found.right = Math.max(found.right, x + 1)
        found.top = Math.min(found.top, y)
        found.bottom = y + 1
      }
    }
    return found
  }
}

/** A page; null: MuPDF is not here (never in CI). */
export function pixelsOf(path: string, page = 1, dpi = 100): Pixels | null {
  const out = `${path}.ppm`
  const answer = run('mutool', ['draw', '-q', '-r', String(dpi), '-F', 'ppm', '-o', out, path, String(page)])
  if (!answer) return null
  if (!answer.good) throw new Error(answer.text)
  return new Pixels(readFileSync(out))
}

/** The text of the QR code on a page of 300 dots to the inch; null: MuPDF is not here (never in CI). */
export function codeOn(path: string, page: number): string | null {
  const pixels = pixelsOf(path, page, 300)
  return pixels && decodeQR(pixels.image)
}

const PYTHON = '.cache/interop/pyhanko/venv/bin/python'

type PyhankoSignature = { intact: boolean; valid: boolean; docmdpOk: boolean; modifications: string | null }

/**
 * Null: pyHanko was not set up (npm run test:interop does). Good: every signature is intact, and no later change goes beyond
 * filling in forms.
 */
export function pyhanko(path: string): Answer | null {
  if (!existsSync(PYTHON)) {
    test.info().annotations.push({ type: 'not judged', description: 'pyHanko is not on this machine' })
    return null
  }
  const input = `${JSON.stringify({ file: path })}\n`
  const { stdout } = spawnSync(PYTHON, ['interop/judges/judge.py'], { encoding: 'utf8', input })
  const { signatures = [] } = JSON.parse(stdout) as { signatures?: PyhankoSignature[] }
  const permitted = new Set(['NONE', 'LTA_UPDATES', 'FORM_FILLING'])
  const good = signatures.every(
    (one) => one.intact && one.valid && one.docmdpOk && permitted.has(String(one.modifications)),
  )
  return { good: good && signatures.length > 0, text: stdout }
}
