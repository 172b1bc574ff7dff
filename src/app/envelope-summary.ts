import type { Notice } from '../core/envelope/notices.ts'
import type { EnvelopeStep, EnvelopeView } from '../core/envelope/view.ts'
import type { EnvelopeAct, EnvelopeSummary } from '../core/host-envelope.ts'
import type { EnvelopeAnswer } from '../core/host.ts'
import type { LoadedDocument } from './hosted-answer.ts'
import type { EnvelopeResult } from './run-envelope.ts'

/** What a host is told of an envelope: plain data, without the document, the fields' values or the verifier's report. */
export function summaryOf(view: EnvelopeView, notices: readonly Notice[]): EnvelopeSummary {
  const { manifest, state } = view
  return {
    id: manifest.id,
    round: state.round.number,
    title: manifest.title,
    status: state.status,
    deadline: manifest.deadline ?? null,
    documents: view.enclosed.map(({ name, mediaType, size, sha256, pages, attached, state: own }) => ({
      name,
      mediaType,
      size,
      sha256,
      pages: pages ?? null,
      attached,
      state: own,
    })),
    people: view.signatories.map(({ signatory, state: own, name, company }) => ({
      id: signatory.id,
      name,
      company,
      emails: signatory.emails,
      role: signatory.role,
      kind: signatory.kind,
      status: own.status,
      time: own.time,
    })),
    turn: state.turn,
    steps: view.steps.map((step) => stepOf(view, step)),
    notices: notices.map(({ key, kind, signatory, name, emails, subject, body }) => ({
      key,
      kind,
      signatory,
      name,
      emails,
      subject,
      body,
    })),
    problems: [...new Set([...state.problems.map(({ code }) => code), ...documentProblems(view)])],
    size: view.size,
    sha256: view.sha256,
  }
}

/** What travels beside need not be at hand to know where the envelope stands. */
const documentProblems = ({ enclosed, cover }: EnvelopeView): readonly string[] => [
  ...(enclosed.some(({ state, attached }) => state === 'changed' || (attached && state === 'missing'))
    ? ['ENVELOPE_DOCUMENT_CHANGED']
    : []),
  ...(cover === 'differs' ? ['ENVELOPE_COVER_DIFFERS'] : []),
]

function stepOf({ signatories }: EnvelopeView, step: EnvelopeStep): EnvelopeSummary['steps'][number] {
  const { key, kind, actor, time, timeProven, detail, reached } = step
  const role = signatories.find(({ signatory }) => signatory.id === step.signatory)?.signatory.role ?? null
  return { key, kind, role, actor, time, timeProven, detail, reached }
}

export type EnvelopeAnswerParts = Readonly<{
  requestId: string
  receipt: string
  document: LoadedDocument
  act: EnvelopeAct
  result: EnvelopeResult
  notices: readonly Notice[]
  /** Lower-case hex SHA-256. */
  digest: (blob: Blob) => Promise<string>
}>

/**
 * What goes back to the host: the new file takes the place of the old one, of which it is the continuation. Under a cover sheet it is a
 * new document, and those it stands for stay as they are.
 */
export async function envelopeAnswer(parts: EnvelopeAnswerParts): Promise<EnvelopeAnswer> {
  const { requestId, receipt, document, act, result, notices, digest } = parts
  const { file, view } = result
  const [carrier] = view.manifest.documents
  const isNew = act === 'prepared' && view.enclosed.length > 0
  const id = isNew ? `envelope-${view.manifest.id}` : document.asked.id
  const apart = result.detached.map(async ({ file: signature, source }) => ({
    id: `${id}/${signature.name}`,
    name: signature.name,
    type: signature.type,
    blob: signature.blob,
    sha256: await digest(signature.blob),
    originalSha256: view.enclosed.find(({ name }) => name === source)?.sha256 ?? '',
    ifVersion: '',
    stored: false,
  }))
  return {
    status: 'envelope',
    act,
    documents: [
      {
        id,
        name: isNew ? file.name : document.document.name,
        type: file.type,
        blob: file.blob,
        sha256: view.sha256,
        originalSha256: isNew ? (carrier?.sha256 ?? '') : document.sha256,
        ifVersion: isNew ? '' : document.document.version,
        stored: false,
      },
      ...(await Promise.all(apart)),
    ],
    envelope: summaryOf(view, notices),
    receipt: { id: receipt, requestId },
  }
}
