/** The envelope's methods, a chunk of the worker of its own. */
import { fillEnvelope } from '../core/envelope/fill.ts'
import { prepareEnvelope } from '../core/envelope/prepare.ts'
import { readEnvelope } from '../core/envelope/read.ts'
import { recordReport } from '../core/envelope/report.ts'
import type { Ports } from '../core/ports.ts'
import type { WorkerMethods } from './protocol.ts'
import type { CallContext } from './serve.ts'

type EnvelopeMethod = 'prepareEnvelope' | 'readEnvelope' | 'fillEnvelope' | 'reportEnvelope'

export type EnvelopeHandlers = {
  [K in EnvelopeMethod]: (params: WorkerMethods[K][0], context: CallContext) => Promise<WorkerMethods[K][1]>
}

export function envelopeHandlers({ clock, random, engine }: Ports): EnvelopeHandlers {
  const ports = { clock, random, engine }
  return {
    prepareEnvelope: (params, context) => prepareEnvelope(params, ports, context),
    readEnvelope: ({ file, certificates, policy, at }, context) =>
      readEnvelope(file, ports, { certificates, policy, at, ...context }),
    fillEnvelope: (params) => fillEnvelope(params, ports),
    reportEnvelope: ({ view, font }) => recordReport(view, font, ports),
  }
}
