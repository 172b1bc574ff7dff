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
    problems: [...new Set(state.problems.map(({ code }) => code))],
    size: view.size,
    sha256: view.sha256,
  }
}

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
}>

/** What goes back to the host: the new file takes the place of the old one, of which it is the continuation. */
export function envelopeAnswer(parts: EnvelopeAnswerParts): EnvelopeAnswer {
  const { requestId, receipt, document, act, result, notices } = parts
  const { file, view } = result
  return {
    status: 'envelope',
    act,
    documents: [
      {
        id: document.asked.id,
        name: document.document.name,
        type: file.type,
        blob: file.blob,
        sha256: view.sha256,
        originalSha256: document.sha256,
        ifVersion: document.document.version,
        stored: false,
      },
    ],
    envelope: summaryOf(view, notices),
    receipt: { id: receipt, requestId },
  }
}
