/** The envelope's methods, a chunk of the worker of its own. */
import { fillEnvelope } from '../core/envelope/fill.ts'
import { prepareEnvelope } from '../core/envelope/prepare.ts'
import { readEnvelope } from '../core/envelope/read.ts'
import { recordReport } from '../core/envelope/report.ts'
import { embedPades } from '../core/formats/pades/embed.ts'
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
    async prepareEnvelope(params, { sign, ...context }) {
      const prepared = await prepareEnvelope(params, ports, context)
      return embedPades(prepared, await sign(prepared.toBeSigned), ports)
    },
    readEnvelope: ({ file, certificates, policy, at }, { signal, progress }) =>
      readEnvelope(file, ports, { certificates, policy, at, signal, progress }),
    fillEnvelope: (params) => fillEnvelope(params, ports),
    reportEnvelope: ({ view, font }) => recordReport(view, font, ports),
  }
}
