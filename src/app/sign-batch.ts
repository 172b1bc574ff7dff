import { isAbort, SignError } from '../core/errors.ts'
import type { FormatId, SignatureLevel, SignedFile, SourceFile } from '../core/formats/format.ts'
import type { Mechanism, SigningKey } from '../core/keys.ts'
import type { FileReport } from '../core/validation/report.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import type { AskedValue, SignParams } from '../worker/protocol.ts'
import { assertIntact } from './assert-intact.ts'
import { mechanismOf } from './check-signer.ts'
import { formatOptions } from './format-options.ts'
import { isNamedPdf, looksLikePdf } from './inspect-document.ts'
import { oneAtATime, runBounded, type InFlight } from './pipeline.ts'
import { raiseLevel } from './raise-level.ts'
import { refusalOf } from './refusal.ts'
import type {
  FileState,
  SignDocumentsPorts,
  SignEvent,
  SignOptions,
  SignOutcome,
  SignRequestItem,
} from './sign-documents.ts'

export type Job = Readonly<{ item: SignRequestItem; index: number }>

export type Batch = SignDocumentsPorts &
  Readonly<{
    key: SigningKey
    /** Signs beside `key` wherever the signature is a file of its own. */
    beside: Readonly<{ key: SigningKey; files: 'one' | 'two' }> | null
    digest?: boolean
    /** Of the certificates: they label every result. */
    warnings: readonly string[]
    defaults: SignOptions
    signal: AbortSignal
    onEvent: (event: SignEvent) => void
    inFlight: InFlight
  }>

/** A key that failed twice in a row is not asked five hundred times more. */
const KEY_FAILURES = 2

/** Never rejects: one outcome per job, in their order. */
export async function signAll(jobs: readonly Job[], batch: Batch): Promise<readonly SignOutcome[]> {
  const outcomes = new Map<number, SignOutcome>()
  const crashed: Job[] = []
  const run = signer(batch)
  const emit = (index: number, state: FileState, done: number, outcome?: SignOutcome): void => {
    const event = { index, state, done, finished: outcomes.size, total: jobs.length }
    batch.onEvent(outcome ? { ...event, outcome } : event)
  }
  const settle = (outcome: SignOutcome): void => {
    outcomes.set(outcome.index, outcome)
    emit(outcome.index, outcome.status, 1, outcome)
  }
  const attempt = async (job: Job, again: boolean): Promise<void> => {
    try {
      settle(await run(job, (state, done) => emit(job.index, state, done)))
    } catch (error) {
      const died = error instanceof SignError && error.code === 'WORKER_CRASHED'
      if (died && !again && !batch.signal.aborted) crashed.push(job)
      else settle(failure(job, error, batch.signal))
    }
  }
  await runBounded(jobs, sizeOf, batch.inFlight, (job) => attempt(job, false))
  // One file may take the worker down with others in it: each of them once more, alone.
  for (const job of crashed) await attempt(job, true)
  return [...outcomes.values()].sort((a, b) => a.index - b.index)
}

/** Of files that are read piece by piece three are in work: one read, one signed, one checked. Of small ones, which cost waiting, more. */
const sizeOf = ({ item }: Job): number => {
  const { size } = item.file.blob
  return size <= 2 ** 20 ? size : Math.max(size, 2 ** 28 / 3)
}

function failure({ item, index }: Job, error: unknown, signal: AbortSignal): SignOutcome {
  const { name } = item.file
  if (signal.aborted || isAbort(error)) return { index, name, status: 'cancelled' }
  return { index, name, status: 'failed', refusal: refusalOf(error) }
}

type Report = (state: FileState, done: number) => void

function signer(batch: Batch): (job: Job, report: Report) => Promise<SignOutcome> {
  const { signal, results } = batch
  const ask = keysInTurn(batch)

  return async ({ item, index }, report) => {
    signal.throwIfAborted()
    const { file } = item
    report('reading', 0)
    if (file.blob.size === 0) throw new SignError('FORMAT_EMPTY_FILE', `${file.name} is empty`)
    const options = { ...batch.defaults, ...item.options }
    const format = await formatFor(item, options)
    const made: Made[] = []
    // Both or none: nothing is kept before every signature file exists.
    for (const keys of signersOf(batch, format)) {
      made.push(await makeOne({ file, format, options, keys, ask, report }, batch))
    }
    const [main, second] = made
    if (!main) throw new RangeError('nobody signs')
    report('keeping', 0)
    const result = await results.keep(main.file, file.name)
    const beside = second && (await results.keep(besideFile(second, batch), file.name))
    const notKept = result.kept === 'memory' || beside?.kept === 'memory'
    const lowered = made.flatMap(({ warnings }) => warnings)
    const warnings = [...new Set([...batch.warnings, ...lowered, ...(notKept ? ['not-kept'] : [])])]
    const { level, report: checked, sha256 } = main
    const signed = {
      index,
      name: file.name,
      status: 'signed',
      result,
      format,
      level,
      report: checked,
      warnings,
      ...(sha256 !== undefined && { sha256 }),
    } as const
    return beside ? { ...signed, beside } : signed
  }
}

/** Who signs which file: one list for each signature file that will be made. */
function signersOf({ key, beside }: Batch, format: FormatId): readonly (readonly SigningKey[])[] {
  if (!beside || format !== 'CAdES') return [[key]]
  return beside.files === 'one' ? [[key, beside.key]] : [[key], [beside.key]]
}

/** `offer.docx.p7s` is the first key's; the second says in its name what it was made with. */
function besideFile({ file }: Made, { beside }: Batch): SignedFile {
  const algorithm = beside?.key.signer.mechanisms[0]?.signature.toLowerCase() ?? 'second'
  return { ...file, name: file.name.replace(/\.p7s$/, `.${algorithm}.p7s`) }
}

type Task = Readonly<{
  file: SourceFile
  format: FormatId
  options: SignOptions
  keys: readonly SigningKey[]
  ask: Ask
  report: Report
}>
type Made = Readonly<{
  file: SignedFile
  level: SignatureLevel
  report: FileReport
  warnings: readonly string[]
  sha256?: string
}>

/** One signature file, as far as its level goes, read back and checked. */
async function makeOne({ file, format, options, keys, ask, report }: Task, batch: Batch): Promise<Made> {
  const { worker, signal } = batch
  const { level: wanted, password } = options
  const opening = password === undefined ? {} : { password }
  const signers = keys.map((key) => ({
    signer: key.signer,
    mechanism: mechanismOf(key, key === batch.key ? options.mechanism : undefined),
  }))
  const params: SignParams = {
    format,
    files: [file],
    signers,
    level: wanted,
    options: formatOptions(format, options, batch.refuse),
    // A higher level is checked when it is reached.
    ...(wanted === 'B-B' ? { check: { at: batch.clock.now(), digest: batch.digest === true, ...opening } } : {}),
  }
  const onSign = async (toBeSigned: readonly AskedValue[]): Promise<readonly Uint8Array[]> => {
    report('signing', 0)
    const values: Uint8Array[] = []
    for (const [i, { dtbs, mechanism }] of toBeSigned.entries()) {
      const key = keys[i]
      if (!key) throw new RangeError('more to be signed than there are keys')
      values.push(await ask(key, dtbs, mechanism))
    }
    report('writing', 0)
    return values
  }
  const made = await worker.call('sign', params, { signal, onProgress: report, onSign })
  const chain = keys.flatMap((key) => [...key.signer.chain])
  const request = { format, signed: made.file, level: wanted, chain, content: file.blob, ...opening }
  const raised = await raiseLevel(request, worker, batch.authorities ?? [], signal)
  report('checking', 0)
  const found = made.report ?? (await reportOn(raised.file, format === 'CAdES' ? [file] : [], options, batch))
  const prints = keys.map((key) => printOf(key.signer.certificate))
  const { level, warnings } = raised
  return {
    file: raised.file,
    level,
    report: assertIntact(found, prints),
    warnings,
    // Of what was checked: a raised level has made another file of it.
    ...(made.report && made.sha256 !== undefined && { sha256: made.sha256 }),
  }
}

const prints = new WeakMap<Uint8Array, string>()

/** Hundreds of files are signed by one certificate. */
function printOf(certificate: Uint8Array): string {
  const print = prints.get(certificate) ?? fingerprint(certificate)
  prints.set(certificate, print)
  return print
}

type Ask = (key: SigningKey, dtbs: Uint8Array, mechanism: Mechanism) => Promise<Uint8Array>

/** Asks the keys once at a time; a dismissed PIN dialog cancels what is left. */
function keysInTurn({ signal }: Batch): Ask {
  const inTurn = oneAtATime()
  const dismissed = new AbortController()
  let failures = 0
  let last: unknown
  return (key, dtbs, mechanism) =>
    inTurn(async () => {
      signal.throwIfAborted()
      dismissed.signal.throwIfAborted()
      if (failures >= KEY_FAILURES) throw last
      try {
        const value = await key.sign(dtbs, mechanism, signal)
        failures = 0
        return value
      } catch (error) {
        failures++
        last = error
        if (isAbort(error)) dismissed.abort()
        throw error
      }
    })
}

async function formatFor({ file }: SignRequestItem, { container }: SignOptions): Promise<FormatId> {
  switch (container) {
    case 'embedded':
      return 'PAdES'
    case 'detached':
      return 'CAdES'
    case 'auto':
      return isNamedPdf(file) || (await looksLikePdf(file)) ? 'PAdES' : 'CAdES'
  }
}

async function reportOn(
  signed: SignedFile,
  content: readonly { name: string; blob: Blob }[],
  { password }: SignOptions,
  { verification, signal }: Batch,
): Promise<FileReport | undefined> {
  const files = [signed, ...content]
  // Only integrity is asked here, so no anchors.
  const judgement = { anchors: [] }
  const options = { judgement, signal, offline: true, ...(password === undefined ? {} : { password }) }
  const found = await verification.verify(files, options)
  found.close()
  return found.report.files.find(({ name }) => name === signed.name)
}
