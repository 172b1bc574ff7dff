import { parseArgs } from 'node:util'
import { COMMITMENT, type CommitmentType } from '../core/cms/write.ts'
import type { PdfRect } from '../core/formats/format.ts'
import { UsageError } from './usage.ts'

export type SignArguments = Readonly<{
  command: 'sign'
  files: readonly string[]
  key: string
  passwordFile: string
  out: string
  format: 'pades' | 'cades' | 'auto'
  visible?: Readonly<{ page: number; rect: PdfRect }>
  field?: string
  /** For form fields: text, a choice, or true for a box. */
  fill: Readonly<Record<string, string | true>>
  reason?: string
  location?: string
  contact?: string
  commitment?: CommitmentType
  algorithm?: string
  digest?: string
  pdfPasswordFile?: string
  keyName?: string
  second?: Readonly<{ key: string; passwordFile?: string; files: 'one' | 'two' }>
  allowExpired: boolean
  force: boolean
  json: boolean
}>

export type VerifyArguments = Readonly<{
  command: 'verify'
  files: readonly string[]
  content: readonly string[]
  trust: readonly string[]
  at?: Date
  pdfPasswordFile?: string
  json: boolean
}>

export type LinkArguments = Readonly<{
  command: 'link'
  file: string
  page: string
  src: string
  dst?: string
  method: 'PUT' | 'POST'
  /** Where the sealed document goes; absent: it is not sealed. */
  seal?: string
  force: boolean
}>

export type UnsealArguments = Readonly<{
  command: 'unseal'
  file: string
  linkFile: string
  out: string
  force: boolean
}>

export type Arguments =
  SignArguments | VerifyArguments | LinkArguments | UnsealArguments | Readonly<{ command: 'help' | 'version' }>

const text = { type: 'string' } as const
const many = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

const COMMON = { json: flag, help: flag, 'pdf-password-file': text } as const

/** @throws UsageError */
export function parseArguments(argv: readonly string[]): Arguments {
  const [command, ...rest] = argv
  if (command === 'sign') return parseSign(rest)
  if (command === 'verify') return parseVerify(rest)
  if (command === 'link') return parseLinkCommand(rest)
  if (command === 'unseal') return parseUnseal(rest)
  if (command === undefined) throw new UsageError('say what to do: sign, verify, link or unseal')
  if (command === '--help' || command === '-h' || command === 'help') return { command: 'help' }
  if (command === '--version' || command === '-v') return { command: 'version' }
  throw new UsageError(`unknown command: ${command}`)
}

/** Node's own messages are plain enough to show. */
function guarded<T>(parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (cause instanceof TypeError) throw new UsageError(cause.message, { cause })
    throw cause
  }
}

function parseSign(args: readonly string[]): Arguments {
  const { values, positionals } = guarded(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...COMMON,
        key: text,
        'password-file': text,
        out: text,
        format: text,
        visible: text,
        field: text,
        fill: many,
        reason: text,
        location: text,
        contact: text,
        commitment: text,
        algorithm: text,
        digest: text,
        'key-name': text,
        'second-key': text,
        'second-password-file': text,
        'second-in': text,
        'allow-expired': flag,
        force: flag,
      },
    }),
  )
  if (values.help) return { command: 'help' }
  if (positionals.length === 0) throw new UsageError('sign needs a file')
  if (values.visible !== undefined && values.field !== undefined) throw new UsageError('--visible or --field, not both')
  if (values.reason !== undefined && values.commitment !== undefined) {
    throw new UsageError('--reason or --commitment, not both (EN 319 142-1)')
  }
  const optional = {
    visible: values.visible === undefined ? undefined : parseVisible(values.visible),
    field: values.field,
    reason: values.reason,
    location: values.location,
    contact: values.contact,
    commitment: values.commitment === undefined ? undefined : parseCommitment(values.commitment),
    algorithm: values.algorithm,
    digest: values.digest,
    pdfPasswordFile: values['pdf-password-file'],
    keyName: values['key-name'],
    second: parseSecond(values['second-key'], values['second-password-file'], values['second-in']),
  }
  return {
    command: 'sign',
    files: positionals,
    key: required(values.key, '--key'),
    passwordFile: required(values['password-file'], '--password-file'),
    out: required(values.out, '--out'),
    format: parseFormat(values.format),
    ...withoutUndefined(optional),
    fill: parseFill(values.fill ?? []),
    allowExpired: values['allow-expired'] ?? false,
    force: values.force ?? false,
    json: values.json ?? false,
  }
}

/** Its password is the first key's unless it has a file of its own. */
function parseSecond(
  key: string | undefined,
  passwordFile: string | undefined,
  into: string | undefined,
): Readonly<{ key: string; passwordFile?: string; files: 'one' | 'two' }> | undefined {
  if (into !== undefined && into !== 'same-file' && into !== 'own-file') {
    throw new UsageError(`--second-in is same-file or own-file, not ${into}`)
  }
  if (key === undefined) {
    if (passwordFile !== undefined || into !== undefined) throw new UsageError('--second-key is missing')
    return undefined
  }
  return { key, files: into === 'same-file' ? 'one' : 'two', ...(passwordFile === undefined ? {} : { passwordFile }) }
}

function parseVerify(args: readonly string[]): Arguments {
  const { values, positionals } = guarded(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...COMMON, content: many, trust: many, at: text },
    }),
  )
  if (values.help) return { command: 'help' }
  if (positionals.length === 0) throw new UsageError('verify needs a file')
  return {
    command: 'verify',
    files: positionals,
    content: values.content ?? [],
    trust: values.trust ?? [],
    ...withoutUndefined({
      at: values.at === undefined ? undefined : parseTime(values.at),
      pdfPasswordFile: values['pdf-password-file'],
    }),
    json: values.json ?? false,
  }
}

function parseLinkCommand(args: readonly string[]): Arguments {
  const { values, positionals } = guarded(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: flag, page: text, src: text, dst: text, method: text, seal: text, force: flag },
    }),
  )
  if (values.help) return { command: 'help' }
  const method = (values.method ?? 'PUT').toUpperCase()
  if (method !== 'PUT' && method !== 'POST') throw new UsageError(`--method is PUT or POST, not ${method}`)
  return {
    command: 'link',
    file: single(positionals, 'link'),
    page: required(values.page, '--page'),
    src: required(values.src, '--src'),
    ...withoutUndefined({ dst: values.dst, seal: values.seal }),
    method,
    force: values.force ?? false,
  }
}

function parseUnseal(args: readonly string[]): Arguments {
  const { values, positionals } = guarded(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: flag, 'link-file': text, out: text, force: flag },
    }),
  )
  if (values.help) return { command: 'help' }
  return {
    command: 'unseal',
    file: single(positionals, 'unseal'),
    linkFile: required(values['link-file'], '--link-file'),
    out: required(values.out, '--out'),
    force: values.force ?? false,
  }
}

function single(positionals: readonly string[], command: string): string {
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError(`${command} needs one file`)
  return file
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new UsageError(`${name} is missing`)
  return value
}

function parseFormat(value: string | undefined): SignArguments['format'] {
  if (value === undefined) return 'auto'
  if (value === 'pades' || value === 'cades') return value
  throw new UsageError(`--format is pades or cades, not ${value}`)
}

function parseVisible(value: string): { page: number; rect: PdfRect } {
  const parts = value.split(',').map((part) => (/^\s*-?\d+(\.\d+)?\s*$/.test(part) ? Number(part) : Number.NaN))
  const [page, x, y, width, height] = parts
  const complete = parts.length === 5 && !parts.some(Number.isNaN)
  if (
    !complete ||
    page === undefined ||
    x === undefined ||
    y === undefined ||
    width === undefined ||
    height === undefined
  ) {
    throw new UsageError('--visible is PAGE,X,Y,WIDTH,HEIGHT in points, for example 1,50,60,200,60')
  }
  if (!Number.isInteger(page) || page === 0) throw new UsageError('--visible: the first page is 1, the last is -1')
  if (width <= 0 || height <= 0) throw new UsageError('--visible: width and height must be positive')
  return { page, rect: [x, y, x + width, y + height] }
}

/** NAME=VALUE; NAME alone ticks a box, NAME= leaves it empty. */
function parseFill(given: readonly string[]): Readonly<Record<string, string | true>> {
  const values = new Map<string, string | true>()
  for (const each of given) {
    const at = each.indexOf('=')
    const name = at < 0 ? each : each.slice(0, at)
    if (name === '') throw new UsageError('--fill is NAME=VALUE, or NAME to tick a box')
    if (values.has(name)) throw new UsageError(`--fill ${name} is given twice`)
    values.set(name, at < 0 ? true : each.slice(at + 1))
  }
  return Object.fromEntries(values)
}

const isCommitment = (value: string): value is CommitmentType => Object.hasOwn(COMMITMENT, value)

function parseCommitment(value: string): CommitmentType {
  if (isCommitment(value)) return value
  throw new UsageError(`--commitment is one of ${Object.keys(COMMITMENT).join(', ')}`)
}

/** A date, or a date and time with its zone: a time without one would mean another moment on every machine. */
function parseTime(value: string): Date {
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(value)
  const time = new Date(value)
  if (!iso || Number.isNaN(time.getTime())) {
    throw new UsageError('--at is an ISO 8601 time with its zone, for example 2026-11-22T10:00:00Z')
  }
  return time
}
