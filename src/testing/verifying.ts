import { collectFiles } from '../core/formats/collect-any.ts'
import type { CollectOptions } from '../core/formats/format.ts'
import type { Ports } from '../core/ports.ts'
import { policyTrusting } from '../core/validation/policy.ts'
import type { FileReport, SignatureReport, ValidationReport } from '../core/validation/report.ts'
import { validate } from '../core/validation/validate.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import { testEngine } from './engines.ts'
import type { TestParty } from './pki.ts'
import { fakeClock, testRandom } from './ports.ts'

/** A file as a person would drop it: its name and its bytes or text. */
export type Dropped = readonly [name: string, content: Uint8Array | string]

export const VERIFIED_AT = '2026-11-23T00:00:00Z'

export const verifyingPorts: Ports = { engine: testEngine, clock: fakeClock(VERIFIED_AT), random: testRandom }

/** The whole way from bytes to report, trusting these parties' certificates. */
export async function verifyFiles(
  files: readonly Dropped[],
  trusted: readonly TestParty[] = [],
  options: CollectOptions & Readonly<{ at?: string }> = {},
): Promise<ValidationReport> {
  const { at = VERIFIED_AT, ...collect } = options
  const anchors = trusted.map(({ certificate }) => certificate)
  const sources = files.map(([name, content]) => ({
    name,
    blob: new Blob([typeof content === 'string' ? content : Uint8Array.from(content)]),
  }))
  const certificates = [...anchors, ...(collect.certificates ?? [])]
  const facts = await collectFiles(sources, verifyingPorts, { ...collect, certificates })
  return validate(facts, policyTrusting(anchors.map(fingerprint)), new Date(at))
}

/** @throws Error unless there is exactly one file in the report */
export async function verifyOne(
  file: Uint8Array,
  trusted: readonly TestParty[] = [],
  name = 'contract.pdf',
): Promise<FileReport> {
  const { files } = await verifyFiles([[name, file]], trusted)
  const [only, ...others] = files
  if (!only || others.length > 0) throw new Error(`${files.length} files in the report`)
  return only
}

export const verdictOf = ({ indication, subIndication }: SignatureReport): string =>
  subIndication ? `${indication}/${subIndication}` : indication
