import { basename } from 'node:path'
import { SignError } from '../core/errors.ts'
import { unsealLogs, type LogReport } from '../core/formats/activity-log.ts'
import { collectFiles } from '../core/formats/collect-any.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { sortMaterial } from '../core/formats/sort-material.ts'
import type { Ports } from '../core/ports.ts'
import { policyTrusting } from '../core/validation/policy.ts'
import type { FileReport, ValidationReport } from '../core/validation/report.ts'
import { validate } from '../core/validation/validate.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import { readCertificates } from '../core/x509/read-certificates.ts'
import type { VerifyArguments } from './arguments.ts'
import { openFile, readPassword, readSmall } from './files.ts'
import type { Output } from './output.ts'
import { textReport } from './text-report.ts'
import { UsageError } from './usage.ts'

/** @returns exit status: 0 all TOTAL-PASSED, 1 not, 2 something could not be read. @throws UsageError */
export async function verifyCommand(
  args: VerifyArguments,
  ports: Ports,
  output: Output,
  signal: AbortSignal,
): Promise<0 | 1 | 2> {
  const anchors = await readAnchors(args.trust)
  const password = args.pdfPasswordFile === undefined ? undefined : await readPassword(args.pdfPasswordFile)
  const opened = await openAll(args.files)
  const { unreadable } = opened
  const { files, logs } = await unsealLogs(
    opened.files,
    async (bytes) => new Uint8Array(await ports.engine.subtle.digest('SHA-256', new Uint8Array(bytes))),
  )
  const contents = await Promise.all(args.content.map(openContent))
  const { documents, ...material } = await sortMaterial(files)
  const facts = await collectFiles([...documents, ...contents], ports, {
    ...material,
    certificates: [...anchors, ...material.certificates],
    signal,
    ...(password === undefined ? {} : { password }),
  })
  const asked = new Set(documents.map(({ name }) => name))
  const policy = policyTrusting(anchors.map(fingerprint))
  const judged = validate(
    facts.filter(({ name }) => asked.has(name)),
    policy,
    args.at ?? ports.clock.now(),
  )
  const report: ValidationReport = { ...judged, files: [...judged.files, ...unreadable] }
  if (args.json) output.json(logs.length > 0 ? { ...report, activityLogs: logs } : report)
  else for (const line of [...logs.map(logLine), ...textReport(report)]) output.line(line)
  const status = exitStatus(report)
  return status === 0 && logs.some(({ problem }) => problem !== null) ? 1 : status
}

function logLine({ name, sealed, events, problem }: LogReport): string {
  if (problem) return `${name}: activity log, chain broken at step ${problem.at + 1} (${problem.problem})`
  return `${name}: activity log, ${events.length} steps, chain intact${sealed ? '' : ', not signed by anyone'}`
}

function exitStatus({ files }: ValidationReport): 0 | 1 | 2 {
  if (files.length === 0 || files.some(({ result }) => result === 'UNREADABLE')) return 2
  return files.every(({ result }) => result === 'TOTAL-PASSED') ? 0 : 1
}

async function readAnchors(paths: readonly string[]): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = []
  for (const path of paths) {
    const found = readCertificates(await readSmall(path, 8 << 20))
    if (found.length === 0) throw new UsageError(`${path} holds no certificate`)
    all.push(...found)
  }
  return all
}

/** A file that is not there is told with the others and stops none of them. */
async function openAll(paths: readonly string[]): Promise<{ files: SourceFile[]; unreadable: FileReport[] }> {
  const files: SourceFile[] = []
  const unreadable: FileReport[] = []
  for (const path of paths) {
    try {
      files.push(await openFile(path))
    } catch (error) {
      if (!(error instanceof SignError)) throw error
      const { code, message } = error
      unreadable.push({ name: basename(path), result: 'UNREADABLE', code, message, warnings: [], signatures: [] })
    }
  }
  return { files, unreadable }
}

async function openContent(path: string): Promise<SourceFile> {
  try {
    return await openFile(path)
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
