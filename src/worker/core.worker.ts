import { SignError } from '../core/errors.ts'
import { extendingOf, signingOf } from '../core/formats/registry.ts'
import type { Network, Ports } from '../core/ports.ts'
import { systemClock } from '../platform/clock.ts'
import { browserEngine } from '../platform/engine.ts'
import { systemRandom } from '../platform/random.ts'
import type { WorkerMethods } from './protocol.ts'
import type { EnvelopeHandlers } from './envelopes.ts'
import type { Sessions } from './validation.ts'
import { serve, type CallContext, type Door, type Handlers } from './serve.ts'

const LARGEST_KEY_FILE = 16 << 20

type Served = {
  [K in keyof WorkerMethods]: (params: WorkerMethods[K][0], context: CallContext) => Promise<WorkerMethods[K][1]>
}

function handlers(network: Network): Served {
  const ports: Ports = { clock: systemClock, random: systemRandom, engine: browserEngine, network }
  let sessions: Promise<Sessions> | null = null
  const validation = (): Promise<Sessions> =>
    (sessions ??= import('./validation.ts').then(({ openSessions }) => openSessions(ports)))

  let made: Promise<EnvelopeHandlers> | null = null
  const envelopes = (): Promise<EnvelopeHandlers> =>
    (made ??= import('./envelopes.ts').then(({ envelopeHandlers }) => envelopeHandlers(ports)))

  return {
    async inspect({ file, ...options }, { signal }) {
      return (await import('../core/formats/pades/inspect.ts')).inspectPades(file, { ...options, signal })
    },
    async sign({ format, check, ...request }, { signal, progress, sign }) {
      const signing = await signingOf(format)
      const prepared = await signing.prepare({ ...request, signal, progress }, ports)
      const values = await sign(prepared.toBeSigned)
      progress('writing', 0)
      const file = await signing.embed(prepared, values, ports)
      if (!check) return { file, report: null }
      progress('checking', 0)
      // The content of a detached signature is read beside it; a signed PDF holds its own.
      const files = format === 'PAdES' ? [file] : [file, ...request.files]
      return { file, ...(await (await validation()).check(files, check, { signal, progress })) }
    },
    async extend({ format, file, level, options }, { signal }) {
      return (await extendingOf(format))(file, level, ports, { ...options, signal })
    },
    validate: async (params, context) => (await validation()).open(params, context),
    judge: async (params, context) => (await validation()).judge(params, context),
    async forget({ session }) {
      ;(await validation()).forget(session)
      return null
    },
    async openKeyFile({ file, password }, { signal, progress }) {
      if (file.size > LARGEST_KEY_FILE) throw new SignError('PKCS12_LIMIT_EXCEEDED', 'a key file over 16 MiB')
      const { openKeyFile } = await import('../core/pkcs12/key-file.ts')
      const bytes = new Uint8Array(await file.arrayBuffer())
      return openKeyFile(bytes, password, browserEngine, { signal, progress: (done) => progress('reading', done) })
    },
    prepareEnvelope: async (params, context) => (await envelopes()).prepareEnvelope(params, context),
    readEnvelope: async (params, context) => (await envelopes()).readEnvelope(params, context),
    fillEnvelope: async (params, context) => (await envelopes()).fillEnvelope(params, context),
    describeDocuments: async (params, context) => (await envelopes()).describeDocuments(params, context),
    composeCover: async (params, context) => (await envelopes()).composeCover(params, context),
    matchDocuments: async (params, context) => (await envelopes()).matchDocuments(params, context),
    checkCover: async (params, context) => (await envelopes()).checkCover(params, context),
    reportEnvelope: async (params, context) => (await envelopes()).reportEnvelope(params, context),
    async zip({ entries, modified }, { signal, progress }) {
      const { zipBlobs } = await import('../core/bytes/zip-blobs.ts')
      return zipBlobs(entries, { signal, progress: (done) => progress('writing', done), modified })
    },
  }
}

serve(self as unknown as Door, handlers as (network: Network) => Handlers)
