import type { Matched } from '../core/envelope/check-enclosed.ts'
import type { CoverFacts } from '../core/envelope/cover-layout.ts'
import type { DescribeRequest } from '../core/envelope/cover.ts'
import type { DraftProblem, EnvelopeDraft } from '../core/envelope/draft.ts'
import type { EnclosedDocument } from '../core/envelope/enclosed.ts'
import { noticesOf, type Notice, type NoticeOptions } from '../core/envelope/notices.ts'
import { draftProblems, type PageSize } from '../core/envelope/plan.ts'
import { checkSimple, newCode } from '../core/envelope/simple.ts'
import { encodeTemplate, parseTemplate } from '../core/envelope/templates.ts'
import { compareCopies, type CopyComparison, type EnvelopeView } from '../core/envelope/view.ts'
import { SignError, isAbort } from '../core/errors.ts'
import type { SignedFile, SourceFile } from '../core/formats/format.ts'
import { actOn, closeEnvelope, newRound } from './envelope-acts.ts'
import {
  readView,
  type ActOptions,
  type EnvelopeEntry,
  type EnvelopeResult,
  type RunEnvelopePorts,
  type SignEnvelopeRequest,
} from './envelope-work.ts'
import { prepareEnvelope, type PrepareRequest } from './prepare-envelope.ts'
import { refusalOf } from './refusal.ts'
import { signEnvelope } from './sign-envelope.ts'

export type { ActOptions, EnvelopeEntry, EnvelopeResult, SignEnvelopeRequest, SigningMeans } from './envelope-work.ts'

/**
 * Envelopes: several signatories, a visa and no server. The whole state is in the file; every act appends one revision to it,
 * and its result is read back before it is handed out.
 *
 * Every act throws SignError: `ENVELOPE_*` as said there, and what `open` throws, since each reads the file first; AbortError.
 */
export interface RunEnvelope {
  /** Pure: what is wrong with a draft, for the form; empty when it can be prepared. `pages` are the sizes of the document's pages. */
  problems(draft: EnvelopeDraft, pages?: readonly PageSize[]): readonly DraftProblem[]

  /**
   * What the manifest will say of documents of any kind that are to be enclosed: names that can be shown and saved, digests, pages.
   *
   * @throws SignError `ENVELOPE_TOO_MANY_DOCUMENTS`, `ENVELOPE_DOCUMENT_EMPTY`
   */
  describe(request: DescribeRequest, options?: ActOptions): Promise<readonly EnclosedDocument[]>

  /** A cover sheet that lists them, those that are to be attached in its file: the document of the envelope. */
  cover(request: CoverFacts & { files: readonly SourceFile[] }, options?: ActOptions): Promise<SourceFile>

  /** Which enclosed document each file is, or why it is none. */
  match(
    enclosed: readonly EnclosedDocument[],
    files: readonly SourceFile[],
    options?: ActOptions,
  ): Promise<readonly Matched[]>

  /**
   * Reserves everything and certifies it with the preparer's key, in one revision.
   *
   * @throws SignError `ENVELOPE_ALREADY_SIGNED` for a file that is signed or certified; `ENVELOPE_DRAFT_INVALID`;
   *   `ENVELOPE_DOCUMENT_MISSING`, `ENVELOPE_DOCUMENT_CHANGED` for an enclosed one; `ENVELOPE_COVER_DIFFERS`; `FORMAT_*`; `KEY_*`
   */
  prepare(request: PrepareRequest, options?: ActOptions): Promise<EnvelopeResult>

  /**
   * Knows the state of an envelope from nothing but the file. An envelope with problems is a view with
   * `state.problems`; thrown is what is no envelope at all.
   *
   * @throws SignError `ENVELOPE_MANIFEST_MISSING`, `ENVELOPE_MANIFEST_INVALID`, `ENVELOPE_MANIFEST_DUPLICATED`,
   *   `ENVELOPE_DOCUMENT_MISMATCH` (the manifest belongs to another document), `ENVELOPE_NOT_CERTIFIED`,
   *   `ENVELOPE_RESAVED` (another program wrote the file anew), `FORMAT_*`
   */
  open(file: SourceFile, options?: ActOptions): Promise<EnvelopeView>

  /** Reads many, one after another; an unreadable one does not stop the others. */
  openAll(
    files: readonly SourceFile[],
    options?: ActOptions & { onEntry?: (entry: EnvelopeEntry, index: number) => void },
  ): Promise<readonly EnvelopeEntry[]>

  /**
   * Fills his fields and signs, in one revision. The visa is signed so too.
   *
   * @throws SignError `ENVELOPE_NOT_A_SIGNATORY`, `ENVELOPE_OUT_OF_TURN`, `ENVELOPE_SIGNED_ALREADY`, `ENVELOPE_EXPIRED`,
   *   `ENVELOPE_CLOSED`, `ENVELOPE_BROKEN`, `ENVELOPE_FIELD_REQUIRED`, `ENVELOPE_KIND_MISMATCH`, `ENVELOPE_ALGORITHM_FORBIDDEN`,
   *   `ENVELOPE_CODE_TOO_SHORT`, `ENVELOPE_CLOCK_BEFORE_PREVIOUS`, `ENVELOPE_DOCUMENT_MISSING`, `ENVELOPE_DOCUMENT_CHANGED`,
   *   `ENVELOPE_COVER_DIFFERS`; `FORMAT_FIELD_VALUE_INVALID`; `KEY_*`
   */
  sign(request: SignEnvelopeRequest, options?: ActOptions): Promise<EnvelopeResult>

  /** Ends the envelope. @throws SignError as `sign` for one who may not act */
  decline(
    request: Readonly<{ file: SourceFile; signatory: string; reason: string }>,
    options?: ActOptions,
  ): Promise<EnvelopeResult>

  /** Passes the step on. @throws SignError `ENVELOPE_DELEGATION_FORBIDDEN`, and as `sign` for one who may not act */
  delegate(
    request: Readonly<{ file: SourceFile; signatory: string; to: Readonly<{ name: string; email: string }> }>,
    options?: ActOptions,
  ): Promise<EnvelopeResult>

  /** Withdraws a running envelope. @throws SignError `ENVELOPE_CLOSED` when it has ended already */
  close(request: Readonly<{ file: SourceFile; reason: string }>, options?: ActOptions): Promise<EnvelopeResult>

  /**
   * Returns to one signatory: a new round that branches before his signature (or refusal) and names the given file as
   * replaced. That file stays as evidence.
   *
   * @throws SignError `ENVELOPE_RESEND_FORBIDDEN`, `ENVELOPE_ROUNDS_EXHAUSTED`, `ENVELOPE_NOT_A_SIGNATORY` when he has not acted
   */
  newRound(
    request: Readonly<{ file: SourceFile; signatory: string; reason: string }>,
    options?: ActOptions,
  ): Promise<EnvelopeResult>

  /** Whether this code (or password) gave the simple signature of this signatory. @throws SignError `ENVELOPE_NOT_A_SIGNATORY` */
  checkCode(
    request: Readonly<{ file: SourceFile; signatory: string; code: string }>,
    options?: ActOptions,
  ): Promise<boolean>

  /** A code of 80 random bits to give to a simple signatory: four groups of four letters and digits that are not mistaken for each other. */
  newCode(): string

  /** Pure. */
  compare(first: EnvelopeView, second: EnvelopeView): CopyComparison

  /** Pure: letters that the state of the file asks for now, each with its key to be sent once. */
  notices(view: EnvelopeView, options: NoticeOptions): readonly Notice[]

  /** The record as a document of its own, for envelopes without a record inside (or for print): a new PDF, unsigned. */
  report(view: EnvelopeView, options?: ActOptions): Promise<SignedFile>

  /** A template as a file to keep. */
  saveTemplate(draft: EnvelopeDraft, options: Readonly<{ name: string; persons: boolean }>): SignedFile

  /** @throws SignError `ENVELOPE_TEMPLATE_INVALID` */
  loadTemplate(file: Blob): Promise<EnvelopeDraft>
}

export function createRunEnvelope(ports: RunEnvelopePorts): RunEnvelope {
  const open = (file: SourceFile, options: ActOptions = {}): Promise<EnvelopeView> => readView(file, ports, options)

  return {
    problems: (draft, pages) => draftProblems(draft, ports.clock.now().toISOString(), pages),
    describe: (request, { signal, onProgress } = {}) =>
      ports.worker.call('describeDocuments', request, { signal, onProgress }),
    cover: async (request, { signal, onProgress } = {}) =>
      ports.worker.call('composeCover', { ...request, font: await ports.font() }, { signal, onProgress }),
    match: (enclosed, files, { signal, onProgress } = {}) =>
      ports.worker.call('matchDocuments', { enclosed, files }, { signal, onProgress }),
    prepare: (request, options = {}) => prepareEnvelope(request, ports, options),
    open,
    async openAll(files, { onEntry, ...options } = {}) {
      const entries: EnvelopeEntry[] = []
      for (const [index, file] of files.entries()) {
        const entry = await entryOf(file, open(file, options))
        entries.push(entry)
        onEntry?.(entry, index)
      }
      return entries
    },
    sign: (request, options = {}) => signEnvelope(request, ports, options),
    decline: ({ file, signatory, reason }, options = {}) =>
      actOn(file, { kind: 'decline', signatory, reason: reason.trim() }, ports, options),
    delegate: ({ file, signatory, to }, options = {}) =>
      actOn(
        file,
        { kind: 'delegate', signatory, to: { name: to.name.trim(), email: to.email.trim() } },
        ports,
        options,
      ),
    close: ({ file, reason }, options = {}) => closeEnvelope(file, reason.trim(), ports, options),
    newRound: (request, options = {}) => newRound(request, ports, options),
    async checkCode({ file, signatory: id, code }, options = {}) {
      const { manifest, signatories } = await open(file, options)
      const one = signatories.find(({ signatory }) => signatory.id === id)
      if (!one?.simple) throw new SignError('ENVELOPE_NOT_A_SIGNATORY', `${id} has given no simple signature`)
      const { record, values } = one.simple
      return checkSimple({ manifest, signatory: one.signatory, values, code }, record, ports.engine)
    },
    newCode: () => newCode(ports.random),
    compare: compareCopies,
    notices: noticesOf,
    report: async (view, { signal, onProgress } = {}) =>
      ports.worker.call('reportEnvelope', { view, font: await ports.font() }, { signal, onProgress }),
    saveTemplate(draft, { name, persons }) {
      const type = 'application/json'
      return { name: `${name}.json`, blob: new Blob([encodeTemplate(draft, { persons })], { type }), type }
    },
    loadTemplate: async (file) => parseTemplate(await file.text()),
  }
}

async function entryOf({ name }: SourceFile, reading: Promise<EnvelopeView>): Promise<EnvelopeEntry> {
  try {
    return { name, view: await reading }
  } catch (error) {
    if (isAbort(error)) throw error
    const { code, message } = refusalOf(error)
    return { name, code, message }
  }
}
