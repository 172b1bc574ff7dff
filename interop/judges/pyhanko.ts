import { resolve } from 'node:path'
import { lineProcess } from './line-process.ts'
import { toolPath } from './tools.ts'
import type { Case, Verdict } from './verdict.ts'

export type PyhankoSignature = {
  intact: boolean
  valid: boolean
  trusted: boolean
  bottomLine: boolean
  summary: string
  algorithm: string
  signer: string
  timestamp?: { intact: boolean; valid: boolean; trusted: boolean }
  field?: string
  coverage?: 'UNCLEAR' | 'CONTIGUOUS_BLOCK_FROM_START' | 'ENTIRE_REVISION' | 'ENTIRE_FILE' | null
  modifications?: 'NONE' | 'LTA_UPDATES' | 'FORM_FILLING' | 'ANNOTATIONS' | 'OTHER' | null
  docmdpOk?: boolean
  seedValueOk?: boolean
}

export type PyhankoAnswer = { signatures: PyhankoSignature[]; documentTimestamps?: number; error?: string }

export async function askPyhanko(one: Case): Promise<PyhankoAnswer> {
  const python = lineProcess('pyhanko', toolPath('pyhanko'), [resolve('interop/judges/judge.py')])
  const answer = JSON.parse(await python.ask(JSON.stringify(one), one.patience)) as Partial<PyhankoAnswer>
  return { signatures: [], ...answer }
}

export async function pyhanko(one: Case): Promise<Verdict & { answer: PyhankoAnswer }> {
  const answer = await askPyhanko(one)
  const all = (test: (signature: PyhankoSignature) => boolean): boolean =>
    answer.signatures.length > 0 && answer.signatures.every(test)
  return {
    judge: 'pyhanko',
    intact: all((signature) => signature.intact && signature.valid),
    accepts: all((signature) => signature.bottomLine),
    signatures: answer.signatures.length,
    why: JSON.stringify(answer),
    answer,
  }
}
