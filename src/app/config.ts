import type { SignatureLevel } from '../core/formats/format.ts'
import { CONTENT_FINDINGS, type ContentFinding } from '../core/pdf/inspect/ids.ts'
import type { AnchorPurpose } from '../core/validation/policy.ts'

/**
 * config.json: what an administrator says about one deployment. Read by the app and by `npm run deploy:headers`.
 * Closed by default: what is absent is not allowed, and a file with any mistake is refused whole, with every mistake named.
 */
export type Config = Readonly<{
  version: 1
  /** Origins that may embed the frame; `https://*.example.com` stands for one whole left-most label. */
  embedders: readonly string[]
  anchors: readonly ConfigAnchor[]
  policy: ConfigPolicy
  /** RFC 3161 services, asked in this order. */
  tsa: readonly string[]
  /** Prefix to which the percent-encoded address is added, for services that do not answer browsers. */
  relay: string | null
  /** Origins that a signing link may read from and write to. */
  storage: readonly string[]
  /** Vendor and product ids (USB) of tokens that a page may reach directly; the list is the administrator's, none by default. */
  usbTokens: readonly Readonly<{ vendorId: number; productId: number }>[]
  confirmation: Readonly<{
    default: ConfirmationKind
    /** By embedder, as it stands in `embedders`. */
    byEmbedder: Readonly<Record<string, ConfirmationKind>>
  }>
  /** Origins, each an embedder, that may ask for signatures unseen where the holder of a key has permitted it to them. */
  unattended: readonly string[]
  branding: Readonly<{ name: string | null; accent: string | null; logo: string | null }>
  /** BCP 47; null: the reader's own. */
  locale: string | null
}>

export type ConfigAnchor = Readonly<{ pem: string; purposes: readonly AnchorPurpose[] }>

export type ConfigPolicy = Readonly<{
  /** Level to aim at when the page or the CRM says nothing. */
  level: SignatureLevel
  revocation: 'when-published' | 'required' | 'off'
  /** An offline copy of this file older than this is refused by the frame. */
  maxConfigAgeHours: number
  /** Largest document taken from a host or a link, in MiB. */
  maxDocumentMiB: number
  /** Findings in the content of a PDF with which no signature is put into it; the others only warn. */
  refuse: readonly ContentFinding[]
}>

/**
 * What stands before each act: nothing; a one-time code that the host sends and checks; a code of the person's own app
 * (RFC 6238) or a passkey with user verification, both set up per key at their first use.
 */
export type ConfirmationKind = 'none' | 'host' | 'totp' | 'passkey'

export type ConfigProblem = Readonly<{
  /** JSON pointer (RFC 6901) of the value. */
  path: string
  /** Catalogue key. */
  problem: ConfigProblemCode
  /** The value as it stands, cut short. */
  got: string
}>

export type ConfigProblemCode =
  | 'not-json'
  | 'not-object'
  | 'not-array'
  | 'not-text'
  | 'not-number'
  | 'unknown-key'
  | 'unknown-version'
  | 'not-origin'
  | 'not-https'
  | 'wildcard'
  | 'not-url'
  | 'not-one-of'
  | 'not-pem'
  | 'not-colour'
  | 'not-embedder'
  | 'out-of-range'

export type ParsedConfig = Readonly<{ ok: true; config: Config } | { ok: false; problems: readonly ConfigProblem[] }>

export const DEFAULT_CONFIG: Config = {
  version: 1,
  embedders: [],
  anchors: [],
  policy: { level: 'B-B', revocation: 'when-published', maxConfigAgeHours: 168, maxDocumentMiB: 1024, refuse: [] },
  tsa: [],
  relay: null,
  storage: [],
  usbTokens: [],
  confirmation: { default: 'none', byEmbedder: {} },
  unattended: [],
  branding: { name: null, accent: null, logo: null },
  locale: null,
}

/** Parses and checks config.json. Never throws. */
export function parseConfig(text: string): ParsedConfig {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return {
      ok: false,
      problems: [{ path: '', problem: 'not-json', got: error instanceof Error ? error.message : '' }],
    }
  }
  const read = new Reader()
  const config = readConfig(read, json)
  return read.problems.length > 0 ? { ok: false, problems: read.problems } : { ok: true, config }
}

/** Collects every problem; each method gives the value, or `fallback` where it is absent or wrong. */
class Reader {
  readonly problems: ConfigProblem[] = []

  bad<T>(path: string, problem: ConfigProblemCode, got: unknown, fallback: T): T {
    this.problems.push({ path, problem, got: (JSON.stringify(got) ?? 'undefined').slice(0, 80) })
    return fallback
  }

  object(path: string, value: unknown, keys: readonly string[] | null): Record<string, unknown> {
    if (value === undefined) return {}
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.bad(path, 'not-object', value, {})
    }
    for (const key of Object.keys(value)) {
      if (keys && !keys.includes(key)) this.bad(`${path}/${key}`, 'unknown-key', key, null)
    }
    return { ...value }
  }

  array<T>(path: string, value: unknown, item: (path: string, value: unknown) => T | null): readonly T[] {
    if (value === undefined) return []
    if (!Array.isArray(value)) return this.bad(path, 'not-array', value, [])
    return value.map((one, index) => item(`${path}/${index}`, one)).filter((one) => one !== null)
  }

  text(path: string, value: unknown): string | null {
    if (value === undefined || value === null) return null
    return typeof value === 'string' ? value : this.bad(path, 'not-text', value, null)
  }

  number(path: string, value: unknown, fallback: number, [least, most]: readonly [number, number]): number {
    if (value === undefined) return fallback
    if (typeof value !== 'number' || !Number.isInteger(value)) return this.bad(path, 'not-number', value, fallback)
    return value < least || value > most ? this.bad(path, 'out-of-range', value, fallback) : value
  }

  oneOf<T extends string>(path: string, value: unknown, fallback: T, choices: readonly T[]): T {
    if (value === undefined) return fallback
    return choices.find((choice) => choice === value) ?? this.bad(path, 'not-one-of', value, fallback)
  }
}

const TOP = Object.keys(DEFAULT_CONFIG)
const CONFIRMATIONS: readonly ConfirmationKind[] = ['none', 'host', 'totp', 'passkey']

function readConfig(read: Reader, json: unknown): Config {
  const top = read.object('', json, [...TOP, '$schema'])
  if (top['version'] !== 1) read.bad('/version', 'unknown-version', top['version'], null)
  const embedders = read.array('/embedders', top['embedders'], (path, value) => readOrigin(read, path, value, true))
  return {
    version: 1,
    embedders,
    anchors: read.array('/anchors', top['anchors'], (path, value) => readAnchor(read, path, value)),
    policy: readPolicy(read, top['policy']),
    tsa: read.array('/tsa', top['tsa'], (path, value) => readUrl(read, path, value)),
    relay: top['relay'] === undefined || top['relay'] === null ? null : readUrl(read, '/relay', top['relay']),
    storage: read.array('/storage', top['storage'], (path, value) => readOrigin(read, path, value, false)),
    usbTokens: read.array('/usbTokens', top['usbTokens'], (path, value) => readUsbToken(read, path, value)),
    confirmation: readConfirmation(read, top['confirmation'], embedders),
    unattended: read.array('/unattended', top['unattended'], (path, value) =>
      readUnattended(read, path, value, embedders),
    ),
    branding: readBranding(read, top['branding']),
    locale: read.text('/locale', top['locale']),
  }
}

function readPolicy(read: Reader, value: unknown): ConfigPolicy {
  const given = read.object('/policy', value, Object.keys(DEFAULT_CONFIG.policy))
  const usual = DEFAULT_CONFIG.policy
  const levels = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const
  const revocations = ['when-published', 'required', 'off'] as const
  return {
    level: read.oneOf('/policy/level', given['level'], usual.level, levels),
    revocation: read.oneOf('/policy/revocation', given['revocation'], usual.revocation, revocations),
    maxConfigAgeHours: read.number(
      '/policy/maxConfigAgeHours',
      given['maxConfigAgeHours'],
      usual.maxConfigAgeHours,
      [0, 8760],
    ),
    maxDocumentMiB: read.number('/policy/maxDocumentMiB', given['maxDocumentMiB'], usual.maxDocumentMiB, [1, 4096]),
    refuse: read.array('/policy/refuse', given['refuse'], (path, one) => readFinding(read, path, one)),
  }
}

/** A name that nobody knows would refuse nothing. */
function readFinding(read: Reader, path: string, value: unknown): ContentFinding | null {
  return CONTENT_FINDINGS.find((id) => id === value) ?? read.bad(path, 'not-one-of', value, null)
}

function readConfirmation(read: Reader, value: unknown, embedders: readonly string[]): Config['confirmation'] {
  const given = read.object('/confirmation', value, ['default', 'byEmbedder'])
  const by = read.object('/confirmation/byEmbedder', given['byEmbedder'], null)
  for (const key of Object.keys(by)) {
    if (!embedders.includes(key)) read.bad(`/confirmation/byEmbedder/${key}`, 'not-embedder', key, null)
  }
  const kind = (path: string, one: unknown): ConfirmationKind => read.oneOf(path, one, 'none', CONFIRMATIONS)
  return {
    default: kind('/confirmation/default', given['default']),
    byEmbedder: Object.fromEntries(
      Object.entries(by).map(([key, one]) => [key, kind(`/confirmation/byEmbedder/${key}`, one)]),
    ),
  }
}

/** Exact: a permission is given to one site, never to a pattern. */
function readUnattended(read: Reader, path: string, value: unknown, embedders: readonly string[]): string | null {
  const origin = readOrigin(read, path, value, false)
  if (origin === null || matchOrigin(embedders, origin) !== undefined) return origin
  return read.bad(path, 'not-embedder', value, null)
}

function readUsbToken(read: Reader, path: string, value: unknown): Config['usbTokens'][number] {
  const given = read.object(path, value, ['vendorId', 'productId'])
  const id = (key: 'vendorId' | 'productId'): number => {
    const one = given[key]
    return one === undefined
      ? read.bad(`${path}/${key}`, 'not-number', one, 0)
      : read.number(`${path}/${key}`, one, 0, [1, 0xffff])
  }
  return { vendorId: id('vendorId'), productId: id('productId') }
}

function readBranding(read: Reader, value: unknown): Config['branding'] {
  const given = read.object('/branding', value, ['name', 'accent', 'logo'])
  const accent = read.text('/branding/accent', given['accent'])
  const logo = read.text('/branding/logo', given['logo'])
  return {
    name: read.text('/branding/name', given['name']),
    accent:
      accent === null || /^#[0-9a-f]{6}$/i.test(accent)
        ? accent
        : read.bad('/branding/accent', 'not-colour', accent, null),
    // A path of this deployment: nothing is loaded from elsewhere.
    logo: logo === null || /^[\w./-]+$/.test(logo) ? logo : read.bad('/branding/logo', 'not-url', logo, null),
  }
}

function readAnchor(read: Reader, path: string, value: unknown): ConfigAnchor | null {
  const given = read.object(path, value, ['pem', 'purposes'])
  const pem = read.text(`${path}/pem`, given['pem'])
  const purposes = read.array(`${path}/purposes`, given['purposes'], (at, one) =>
    read.oneOf<AnchorPurpose>(at, one, 'signing', ['signing', 'time-stamping']),
  )
  if (purposes.length === 0) return read.bad(`${path}/purposes`, 'not-one-of', given['purposes'], null)
  if (pem === null || !/^-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]+-----END CERTIFICATE-----\s*$/.test(pem)) {
    return read.bad(`${path}/pem`, 'not-pem', pem, null)
  }
  return { pem, purposes }
}

/** Plain http only towards this computer, for development. */
function secureEnough(url: URL): boolean {
  const local = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]'
  return url.protocol === 'https:' || (url.protocol === 'http:' && local)
}

function readUrl(read: Reader, path: string, value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return read.bad(path, 'not-url', value, null)
  return secureEnough(new URL(value)) ? value : read.bad(path, 'not-https', value, null)
}

function readOrigin(read: Reader, path: string, value: unknown, wildcard: boolean): string | null {
  if (typeof value !== 'string') return read.bad(path, 'not-text', value, null)
  const starred = value.includes('*')
  if (starred && (!wildcard || !/^https:\/\/\*\.[^*.:/]+(\.[^*.:/]+)+(:\d+)?$/.test(value))) {
    return read.bad(path, 'wildcard', value, null)
  }
  const plain = value.replace('*.', 'x.')
  if (!URL.canParse(plain)) return read.bad(path, 'not-origin', value, null)
  const url = new URL(plain)
  if (url.origin !== plain) return read.bad(path, 'not-origin', value, null)
  return secureEnough(url) ? value : read.bad(path, 'not-https', value, null)
}

/** The entry of `patterns` that names this origin, or undefined. A wildcard stands for exactly one label. */
export function matchOrigin(patterns: readonly string[], origin: string): string | undefined {
  return patterns.find((pattern) => {
    if (!pattern.includes('*')) return pattern === origin
    const [before = '', after = ''] = pattern.split('*')
    if (!origin.startsWith(before) || !origin.endsWith(after)) return false
    const label = origin.slice(before.length, origin.length - after.length)
    return origin.length > before.length + after.length && /^[a-z0-9-]+$/.test(label)
  })
}

/** @param embedder undefined: the standalone page, where no host can send a code and the person is asked nothing in its place */
export function confirmationFor(config: Config, embedder: string): ConfirmationKind
export function confirmationFor(config: Config, embedder: undefined): Exclude<ConfirmationKind, 'host'>
export function confirmationFor(config: Config, embedder: string | undefined): ConfirmationKind
export function confirmationFor(config: Config, embedder: string | undefined): ConfirmationKind {
  const { default: usual, byEmbedder } = config.confirmation
  if (embedder !== undefined) return byEmbedder[embedder] ?? usual
  return usual === 'host' ? 'none' : usual
}
