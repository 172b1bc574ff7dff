/** What every act on an envelope shares: its words, reading before, finishing and reading back. */
import type { EnvelopeView } from '../core/envelope/view.ts'
import { SignError, type ErrorCode } from '../core/errors.ts'
import type { SignatureLevel, SignedFile, SourceFile } from '../core/formats/format.ts'
import type { Mechanism, SigningKey } from '../core/keys.ts'
import type { SignatureMark } from '../core/pdf/appearance/appearance.ts'
import type { Clock, Engine, Random } from '../core/ports.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import type { CallOptions, WorkerClient } from '../worker/client.ts'
import type { KeyAccess, KeyRef } from './manage-keys.ts'
import { raiseLevel } from './raise-level.ts'
import type { KeptResult, ResultKeeping } from './signed-results.ts'
import { judgeParams, type VerifyDocumentsPorts } from './verify-documents.ts'

/** With what a signatory signs: a key with a certificate, or the code (or password) that the host gave him. */
export type SigningMeans =
  Readonly<{ kind: 'key'; key: KeyRef; mechanism?: Mechanism }> | Readonly<{ kind: 'code'; code: string }>

export type SignEnvelopeRequest = Readonly<{
  file: SourceFile
  /** Id in the manifest. */
  signatory: string
  means: SigningMeans
  /**
   * By field name of the manifest, only his own: texts, boxes as true or false. `name`, `company` and `mark` fields that are
   * left out take what is known of him; `date` fields are always set here.
   */
  values: Readonly<Record<string, string | boolean>>
  /** His own name and company as he corrected them; absent: as prepared or delegated. */
  name?: string
  company?: string
  /** Drawn or uploaded, for the visible signature. */
  mark?: SignatureMark
}>

/** What an act made: the new file (the old one is its exact beginning) and what is read from it. */
export type EnvelopeResult = Readonly<{
  file: SignedFile
  view: EnvelopeView
  /** In the outbox until it is stored or downloaded. */
  result: KeptResult
  /** Detached signatures of the enclosed documents, one for each; empty where the preparer did not ask for them. */
  detached: readonly KeptResult[]
  /** A reached level below the one asked for, an insisted-on certificate …: as in `SignOutcome.warnings`. */
  warnings: readonly string[]
}>

export type ActOptions = Readonly<{
  signal?: AbortSignal
  onProgress?: (step: 'reading' | 'digesting' | 'signing' | 'writing' | 'checking', done: number) => void
  /** Files that travel beside the envelope: whoever signs must have them, and they are matched by their digests. */
  beside?: readonly SourceFile[]
}>

/** One file of a hundred dropped at once: read, or why not. */
export type EnvelopeEntry = Readonly<{ name: string } & ({ view: EnvelopeView } | { code: ErrorCode; message: string })>

export type RunEnvelopePorts = Readonly<{
  worker: WorkerClient
  keys: KeyAccess
  results: ResultKeeping
  anchors: VerifyDocumentsPorts['anchors']
  clock: Clock
  random: Random
  engine: Engine
  /** TrueType: everything that is written into a document is a subset of it. */
  font: () => Promise<Uint8Array>
  /** Level to aim at with certificate signatures. */
  level: SignatureLevel
  authorities: readonly string[]
  /** Findings in the content that forbid preparing (config.json, policy.refuse). */
  refuse: readonly string[]
}>

/** What every act reads first, and what it made afterwards. */
export async function readView(
  file: SourceFile,
  { worker, anchors, clock, font }: Pick<RunEnvelopePorts, 'worker' | 'anchors' | 'clock' | 'font'>,
  { signal, onProgress, beside = [] }: ActOptions,
): Promise<EnvelopeView> {
  const params = { file, beside, ...(await judgeParams({}, { anchors, clock })) }
  const view = await worker.call('readEnvelope', params, { signal, onProgress })
  if (view.cover === null) return view
  const own = await font().catch(() => null)
  // Offline before it was ever loaded: then nothing is compared, and that is said.
  if (own === null) return view
  const blob = file.blob.slice(0, view.revisions[0]?.size ?? 0)
  const cover = await worker.call('checkCover', { blob, manifest: view.manifest, font: own }, { signal })
  return { ...view, cover }
}

type Finishing = Readonly<{ key: SigningKey; ref: KeyRef; name: string; original: SourceFile }>

/** How a call of the worker comes by its signature values. */
export function askKey(
  key: SigningKey,
  { signal = new AbortController().signal, onProgress }: ActOptions,
): CallOptions {
  return {
    signal,
    onProgress,
    async onSign(toBeSigned) {
      onProgress?.('signing', 0)
      const values: Uint8Array[] = []
      for (const { dtbs, mechanism } of toBeSigned) values.push(await key.sign(dtbs, mechanism, signal))
      return values
    },
  }
}

/** Raises the level of what was signed and remembers that the key was used. */
export async function finish(
  signed: SignedFile,
  { key, ref, name, original }: Finishing,
  { worker, keys, level, authorities }: RunEnvelopePorts,
  { signal = new AbortController().signal }: ActOptions,
): Promise<Readonly<{ file: SignedFile; warnings: readonly string[] }>> {
  const asked = { format: 'PAdES' as const, signed, level, chain: key.signer.chain, content: original.blob }
  const raised = await raiseLevel(asked, worker, authorities, signal)
  await keys.used(ref, fingerprint(key.signer.certificate)).catch(() => undefined)
  return { file: { ...raised.file, name }, warnings: raised.warnings }
}

/**
 * Nothing is handed out that is not read back as it was meant: the file before is its beginning, and nothing is wrong with it.
 *
 * @throws SignError `FORMAT_OUTPUT_INVALID`
 */
export async function readBack(
  made: SignedFile,
  source: SourceFile,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const view = await readView(made, ports, options)
  const isSound =
    view.state.status !== 'broken' && view.report.signatures.every(({ integrity }) => integrity === 'intact')
  if (!isSound) {
    const evidence = view.state.problems.at(-1)?.evidence ?? view.report.result
    throw new SignError('FORMAT_OUTPUT_INVALID', 'what was written is not a sound envelope; it was not handed out', {
      details: { evidence },
    })
  }
  const result = await ports.results.keep(made, source.name)
  return { file: made, view, result, detached: [], warnings: result.kept === 'memory' ? ['not-kept'] : [] }
}
