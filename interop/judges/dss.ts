import { resolve } from 'node:path'
import { lineProcess } from './line-process.ts'
import { toolPath } from './tools.ts'
import type { Case, Verdict } from './verdict.ts'

export type DssSignature = {
  /** As DSS spells it: CAdES-BASELINE-B, PAdES-BASELINE-T … */
  level: string
  indication: 'TOTAL_PASSED' | 'TOTAL_FAILED' | 'INDETERMINATE'
  subIndication: string | null
  intact: boolean
  valid: boolean
  structure: boolean
  claimedTime: string | null
  algorithm: string
  digests: string[]
  scopes: string[]
  errors: string[]
  warnings: string[]
  infos: string[]
  timestamps: string[]
  pdf?: {
    fields: string[]
    annotationOverlap: string[]
    visualDifference: string[]
    pageDifference: string[]
    modificationsDetected: boolean
    undefinedChanges: boolean
    formChanges: boolean
  }
}

export type DssAnswer = {
  signatures: DssSignature[]
  /** Those that belong to no signature. */
  documentTimestamps: number
  /** All of these: imprint and signature. True when there are none. */
  timestampsIntact: boolean
  error?: string
}

/** One JVM for all questions to both. */
async function ask(one: Case, judge: 'dss' | 'bouncy-castle'): Promise<unknown> {
  const jar = toolPath('dss')
  const classpath = `${jar}:${resolve('.cache/interop/dss/lib')}/*`
  const java = lineProcess('dss', 'java', ['-XX:+UseSerialGC', '-Xmx1g', '-cp', classpath, 'interop.Judge'])
  const lists = [one.contents ?? [], one.trusted, one.crls ?? []].map((paths) => paths.join('|'))
  return JSON.parse(await java.ask([one.file, ...lists, judge].join('\t'), one.patience))
}

export async function askDss(one: Case): Promise<DssAnswer> {
  return {
    signatures: [],
    documentTimestamps: 0,
    timestampsIntact: true,
    ...((await ask(one, 'dss')) as Partial<DssAnswer>),
  }
}

export async function dss(one: Case): Promise<Verdict & { answer: DssAnswer }> {
  const answer = await askDss(one)
  const all = (test: (signature: DssSignature) => boolean): boolean =>
    answer.signatures.length > 0 && answer.signatures.every(test)
  return {
    judge: 'dss',
    intact: all((signature) => signature.intact && signature.valid),
    accepts: all((signature) => signature.indication === 'TOTAL_PASSED'),
    signatures: answer.signatures.length,
    why: JSON.stringify(answer),
    answer,
  }
}

type CastleAnswer = {
  signatures?: { algorithm: string; intact: boolean; trusted: boolean; error?: string }[]
  error?: string
}

/** BouncyCastle's CMS: every SignerInfo must hold, and its certificate be issued by one of those trusted. */
export async function bouncyCastle(one: Case): Promise<Verdict> {
  const answer = (await ask(one, 'bouncy-castle')) as CastleAnswer
  const signatures = answer.signatures ?? []
  const intact = signatures.length > 0 && signatures.every((signature) => signature.intact)
  return {
    judge: 'bouncy-castle',
    intact,
    accepts: intact && signatures.every((signature) => signature.trusted),
    signatures: signatures.length,
    why: JSON.stringify(answer),
  }
}
