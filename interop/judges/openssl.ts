import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, toolPath } from './tools.ts'
import type { Case, Verdict } from './verdict.ts'

type OpensslTool = 'openssl' | 'openssl-3.5'

/** Files that live as long as `body`. */
function inTemporary<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'interop-'))
  try {
    return body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `openssl cms -verify -cades`: integrity, chain to the anchors given, signing-certificate. CRLs are not looked at. */
export function opensslCms(tool: OpensslTool, one: Case): Verdict {
  return inTemporary((folder) => {
    const anchors = join(folder, 'anchors.pem')
    writeFileSync(anchors, one.trusted.map((path) => readFileSync(path, 'utf8')).join('\n'))
    const content = one.contents?.[0]
    const args = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', one.file, '-out', join(folder, 'out')]
    if (content) args.push('-content', content)
    const strict = run(toolPath(tool), [...args, '-cades', '-CAfile', anchors])
    // -cades wants a chain; the bytes alone are judged without both.
    const bare = run(toolPath(tool), [...args, '-noverify'])
    return {
      judge: tool,
      intact: bare.status === 0,
      accepts: strict.status === 0,
      signatures: bare.status === 0 ? 1 : 0,
      why: `${strict.err}${bare.err}`.trim(),
    }
  })
}

export type PdfSignatureParts = { byteRange: readonly [number, number, number, number]; contents: Uint8Array }

/** Every /ByteRange with the /Contents that its gap holds, in file order; a plain scan on purpose: it shares no code with what is judged. */
export function pdfSignatureParts(pdf: Uint8Array): PdfSignatureParts[] {
  const text = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length).toString('latin1')
  return [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].map((match) => {
    const byteRange = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])] as const
    const hex = text.slice(byteRange[1] + 1, byteRange[2] - 1)
    const padded = Buffer.from(hex, 'hex')
    return { byteRange, contents: new Uint8Array(padded.subarray(0, derLength(padded))) }
  })
}

/** Length of the first DER value, so that the zero padding of /Contents is cut off. */
function derLength(bytes: Uint8Array): number {
  const first = bytes[1] ?? 0
  if (first < 0x80) return 2 + first
  let length = 0
  for (let i = 0; i < (first & 0x7f); i++) length = length * 256 + (bytes[2 + i] ?? 0)
  return 2 + (first & 0x7f) + length
}

/** Each signature of a PDF as a detached CMS over its byte range. */
export function opensslPdf(tool: OpensslTool, one: Case): Verdict {
  const pdf = readFileSync(one.file)
  const verdicts = pdfSignatureParts(pdf).map(({ byteRange: [a, b, c, d], contents }) =>
    inTemporary((folder) => {
      const file = join(folder, 'signature.p7s')
      const content = join(folder, 'content')
      writeFileSync(file, contents)
      writeFileSync(content, Buffer.concat([pdf.subarray(a, a + b), pdf.subarray(c, c + d)]))
      return opensslCms(tool, { ...one, file, contents: [content] })
    }),
  )
  return {
    judge: tool,
    intact: verdicts.length > 0 && verdicts.every((verdict) => verdict.intact),
    accepts: verdicts.length > 0 && verdicts.every((verdict) => verdict.accepts),
    signatures: verdicts.length,
    why: verdicts.map((verdict) => verdict.why).join('\n') || 'no /ByteRange found',
  }
}
