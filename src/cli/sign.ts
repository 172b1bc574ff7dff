import { basename, join } from 'node:path'
import { toHex } from '../core/bytes/bytes.ts'
import { isAbort, SignError, type ErrorCode } from '../core/errors.ts'
import { collectFiles, recognise } from '../core/formats/collect-any.ts'
import type { SignedFile, SourceFile } from '../core/formats/format.ts'
import type { CadesOptions } from '../core/formats/cades/sign.ts'
import type { PadesOptions } from '../core/formats/pades/options.ts'
import { signingOf } from '../core/formats/registry.ts'
import type { Ports } from '../core/ports.ts'
import { DEFAULT_POLICY } from '../core/validation/policy.ts'
import { validate } from '../core/validation/validate.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import { plainAppearance, readFont } from './appearance.ts'
import type { SignArguments } from './arguments.ts'
import { exists, isDirectory, isSameFile, openFile, readPassword, writeWhole } from './files.ts'
import { loadKey, type CliKey, type KeyArguments } from './key.ts'
import type { Output } from './output.ts'
import { UsageError } from './usage.ts'

type FileOutcome = Readonly<{
  name: string
  result: 'signed' | 'failed'
  format?: 'PAdES' | 'CAdES'
  level?: 'B-B'
  algorithm?: string
  output?: string
  /** The second key's own signature file. */
  secondOutput?: string
  code?: ErrorCode
  message?: string
}>

type Job = Readonly<{
  path: string
  file: SourceFile
  format: 'PAdES' | 'CAdES'
  target: string
  secondTarget?: string
}>

/** @returns exit status: 0 all signed, 1 not all. @throws UsageError, SignError before anything is signed */
export async function signCommand(
  args: SignArguments,
  ports: Ports,
  output: Output,
  signal: AbortSignal,
): Promise<0 | 1> {
  const planned = await planJobs(args)
  const pdfPassword = args.pdfPasswordFile === undefined ? undefined : await readPassword(args.pdfPasswordFile)
  const key = await loadKey(args, ports, signal)
  const second = args.second ? await loadKey(secondKey(args, args.second), ports, signal) : null
  const jobs = second && args.second?.files === 'two' ? await planSeconds(planned, second, args) : planned
  const warnings = [...new Set([...key.warnings, ...(second?.warnings ?? [])])]
  for (const warning of warnings) output.note(`warning: ${warning}`)
  const outcomes: FileOutcome[] = []
  for (const job of jobs) {
    const outcome = await signOne(job, { args, ports, key, second, pdfPassword, signal })
    outcomes.push(outcome)
    if (args.json) continue
    if (outcome.result === 'signed') {
      output.line(outcome.output ?? '')
      if (outcome.secondOutput !== undefined) output.line(outcome.secondOutput)
    } else output.note(`${outcome.name}: ${outcome.code ?? ''}: ${outcome.message ?? ''}`)
  }
  if (args.json) output.json({ version: 1, warnings, files: outcomes })
  return outcomes.every(({ result }) => result === 'signed') ? 0 : 1
}

/** Every file is there, every result has a place of its own that is no document: known before a key is asked for. */
async function planJobs(args: SignArguments): Promise<readonly Job[]> {
  const several = args.files.length > 1
  const directory = several || /[/\\]$/.test(args.out) || (await isDirectory(args.out))
  const jobs: Job[] = []
  for (const path of args.files) {
    const file = await openFile(path)
    const format = args.format === 'auto' ? await formatOf(file) : args.format === 'pades' ? 'PAdES' : 'CAdES'
    const target = directory ? join(args.out, resultName(file.name, format)) : args.out
    if (jobs.some((job) => job.target === target)) throw new UsageError(`two results would be ${target}`)
    jobs.push({ path, file, format, target })
  }
  for (const { target } of jobs) await refuseTarget(target, args)
  return jobs
}

const secondKey = ({ passwordFile, allowExpired }: SignArguments, second: Second): KeyArguments => ({
  key: second.key,
  passwordFile: second.passwordFile ?? passwordFile,
  allowExpired,
})

/** `offer.docx.p7s` and `offer.docx.ml-dsa-65.p7s`: the second file says what it was made with. */
async function planSeconds(jobs: readonly Job[], second: CliKey, args: SignArguments): Promise<readonly Job[]> {
  const suffix = `.${second.mechanism.signature.toLowerCase()}.p7s`
  const planned = jobs.map((job) => {
    const secondTarget = `${job.target.replace(/\.p7s$/, '')}${suffix}`
    return job.format === 'CAdES' ? { ...job, secondTarget } : job
  })
  const all = planned.flatMap(({ target, secondTarget = [] }) => [target].concat(secondTarget))
  const twice = all.find((target, i) => all.indexOf(target) !== i)
  if (twice !== undefined) throw new UsageError(`two results would be ${twice}`)
  for (const { secondTarget } of planned) if (secondTarget !== undefined) await refuseTarget(secondTarget, args)
  return planned
}

async function refuseTarget(target: string, args: SignArguments): Promise<void> {
  const { files, key, passwordFile, second, force } = args
  const inputs = [...files, key, passwordFile, second?.key, second?.passwordFile]
  for (const input of inputs.filter((path) => path !== undefined)) {
    if (await isSameFile(target, input)) throw new UsageError(`the result would replace ${input}`)
  }
  if (await isDirectory(target)) throw new UsageError(`${target} is a directory`)
  if (!force && (await exists(target))) throw new UsageError(`${target} exists already: --force replaces it`)
}

const formatOf = async (file: SourceFile): Promise<'PAdES' | 'CAdES'> =>
  (await recognise(file.blob)) === 'pdf' ? 'PAdES' : 'CAdES'

/** As the formats name their results. */
function resultName(name: string, format: 'PAdES' | 'CAdES'): string {
  return format === 'CAdES' ? `${name}.p7s` : `${name.replace(/\.pdf$/i, '').replace(/-signed$/, '')}-signed.pdf`
}

type Second = NonNullable<SignArguments['second']>

type Context = Readonly<{
  args: SignArguments
  ports: Ports
  key: CliKey
  second: CliKey | null
  pdfPassword: string | undefined
  signal: AbortSignal
}>

async function signOne(job: Job, context: Context): Promise<FileOutcome> {
  const { path, format, target, secondTarget } = job
  const { args, ports, key, second, signal } = context
  const replace = { force: args.force, temporary: () => toHex(ports.random.bytes(6)) }
  try {
    const parallel = second && format === 'CAdES' && args.second?.files === 'one'
    const keys = parallel ? [key, second] : [key]
    const signed = await make(job, keys, context)
    // Both exist before either is written.
    const beside = second && secondTarget !== undefined ? await make(job, [second], context) : null
    signal.throwIfAborted()
    await writeWhole(target, signed.blob, replace.force, replace.temporary())
    if (beside && secondTarget !== undefined) {
      await writeWhole(secondTarget, beside.blob, replace.force, replace.temporary())
    }
    const algorithm = (beside ? [key, second] : keys).flatMap((one) => (one ? describeMechanism(one) : [])).join(', ')
    const outcome = { name: basename(path), result: 'signed', format, level: 'B-B', algorithm, output: target } as const
    return secondTarget === undefined ? outcome : { ...outcome, secondOutput: secondTarget }
  } catch (error) {
    if (isAbort(error)) throw error
    const { code, message } = describe(error)
    return { name: basename(path), result: 'failed', code, message }
  }
}

const describeMechanism = ({ mechanism }: CliKey): string => `${mechanism.signature} with ${mechanism.digest}`

/** One signature file by these keys, read back and checked. */
async function make({ file, format }: Job, keys: readonly CliKey[], context: Context): Promise<SignedFile> {
  const { args, ports, signal } = context
  if (format === 'CAdES' && Object.keys(args.fill).length > 0) {
    throw new SignError('FORMAT_UNSUPPORTED', '--fill needs a PDF that is signed inside')
  }
  const signing = await signingOf(format)
  const options = format === 'PAdES' ? await padesOptions(context) : cadesOptions(args)
  const signers = keys.map(({ signer, mechanism }) => ({ signer, mechanism }))
  const prepared = await signing.prepare({ files: [file], signers, level: 'B-B', options, signal }, ports)
  const values: Uint8Array[] = []
  for (const [i, { dtbs }] of prepared.toBeSigned.entries()) {
    const key = keys[i]
    if (!key) throw new RangeError('more to be signed than there are keys')
    values.push(await key.sign(dtbs))
  }
  const signed = await signing.embed(prepared, values, ports)
  await checkOutput(signed, { file, format }, keys, context)
  return signed
}

/** One failing file never stops the others, whatever it was. */
function describe(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof SignError) {
    const { field } = error.details
    return {
      code: error.code,
      message: field === undefined ? error.message : `${error.message} (${JSON.stringify(field)})`,
    }
  }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

async function padesOptions({ args, pdfPassword, key, ports }: Context): Promise<PadesOptions> {
  const { visible, field, fill, reason, location, contact, commitment } = args
  const isSeen = visible !== undefined || field !== undefined
  return {
    ...(isSeen ? { appearance: await plainAppearance(key.signer.certificate, ports.clock.now(), args) } : {}),
    ...(visible === undefined ? {} : { field: { kind: 'new', ...visible } }),
    ...(field === undefined ? {} : { field: { kind: 'existing', name: field } }),
    ...(Object.keys(fill).length > 0 ? { fill: { values: fill, font: await readFont() } } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(location === undefined ? {} : { location }),
    ...(contact === undefined ? {} : { contact }),
    ...(commitment === undefined ? {} : { commitment }),
    ...(pdfPassword === undefined ? {} : { password: pdfPassword }),
  }
}

function cadesOptions({ location, commitment }: SignArguments): CadesOptions {
  return {
    ...(location === undefined ? {} : { location: { locality: location } }),
    ...(commitment === undefined ? {} : { commitment }),
  }
}

/** Nothing is written that does not verify here. @throws SignError `FORMAT_OUTPUT_INVALID` */
async function checkOutput(
  signed: SignedFile,
  { file, format }: Pick<Job, 'file' | 'format'>,
  keys: readonly CliKey[],
  { ports, pdfPassword, signal }: Context,
): Promise<void> {
  const files = format === 'CAdES' ? [signed, file] : [signed]
  const options = { signal, ...(pdfPassword === undefined ? {} : { password: pdfPassword }) }
  const report = validate(await collectFiles(files, ports, options), DEFAULT_POLICY, ports.clock.now())
  const signatures = report.files.filter(({ name }) => name === signed.name).flatMap((one) => one.signatures)
  const good = keys.every(({ signer }) => {
    const mine = fingerprint(signer.certificate)
    return signatures.some(
      (one) => one.signer?.fingerprint === mine && one.integrity === 'intact' && one.coverage === 'whole-file',
    )
  })
  if (!good) throw new SignError('FORMAT_OUTPUT_INVALID', 'what was made does not verify; it was not written')
}
