/** The envelope's methods, a chunk of the worker of its own. */
import { checkCover } from '../core/envelope/check-cover.ts'
import { matchDocuments } from '../core/envelope/check-enclosed.ts'
import { composeCover, describeDocuments } from '../core/envelope/cover.ts'
import { fillEnvelope } from '../core/envelope/fill.ts'
import { prepareEnvelope } from '../core/envelope/prepare.ts'
import { readEnvelope } from '../core/envelope/read.ts'
import { recordReport } from '../core/envelope/report.ts'
import { embedPades } from '../core/formats/pades/embed.ts'
import type { Ports } from '../core/ports.ts'
import type { WorkerMethods } from './protocol.ts'
import type { CallContext } from './serve.ts'

type EnvelopeMethod =
  | 'prepareEnvelope'
  | 'readEnvelope'
  | 'fillEnvelope'
  | 'describeDocuments'
  | 'composeCover'
  | 'matchDocuments'
  | 'checkCover'
  | 'reportEnvelope'

export type EnvelopeHandlers = {
  [K in EnvelopeMethod]: (params: WorkerMethods[K][0], context: CallContext) => Promise<WorkerMethods[K][1]>
}

export function envelopeHandlers({ clock, random, engine }: Ports): EnvelopeHandlers {
  const ports = { clock, random, engine }
  return {
    async prepareEnvelope(params, { sign, ...context }) {
      const prepared = await prepareEnvelope(params, ports, context)
      return embedPades(prepared, await sign(prepared.toBeSigned), ports)
    },
    readEnvelope: ({ file, beside = [], certificates, policy, at }, { signal, progress }) =>
      readEnvelope(file, ports, { certificates, policy, at, beside, signal, progress }),
    fillEnvelope: (params) => fillEnvelope(params, ports),
    describeDocuments: (params, { signal }) => describeDocuments(params, ports, signal),
    composeCover: (params) => composeCover(params, ports),
    matchDocuments: ({ enclosed, files }, { signal }) => matchDocuments(enclosed, files, ports, signal),
    checkCover: (params) => checkCover(params),
    reportEnvelope: ({ view, font }) => Promise.resolve(recordReport(view, font, ports)),
  }
}
