/** The envelope use case over the real worker methods, without a worker: for tests and for judges of what it writes. */
import { createRunEnvelope, type RunEnvelope } from '../app/run-envelope.ts'
import type { DraftField, DraftSignatory, EnvelopeDraft } from '../core/envelope/draft.ts'
import { SignError } from '../core/errors.ts'
import type { SigningKey } from '../core/keys.ts'
import type { Ports } from '../core/ports.ts'
import type { SignatureLevel } from '../core/formats/format.ts'
import { extendingOf, signingOf } from '../core/formats/registry.ts'
import type { CallOptions, WorkerClient } from '../worker/client.ts'
import { envelopeHandlers } from '../worker/envelopes.ts'
import { openSessions } from '../worker/validation.ts'
import type { Signed, SignParams, WorkerMethods } from '../worker/protocol.ts'
import type { CallContext } from '../worker/serve.ts'
import { testEngine } from './engines.ts'
import { fakeClock, testRandom } from './ports.ts'

type Method = keyof WorkerMethods
type Served = (params: never, context: CallContext) => Promise<unknown>

/** What crosses is cloned as it would be. */
function inProcessWorker(ports: Ports): WorkerClient {
  const handlers: Partial<Record<Method, Served>> = {
    ...(envelopeHandlers(ports) as unknown as Partial<Record<Method, Served>>),
    async sign({ format, check, ...request }: SignParams, { sign, ...context }): Promise<Signed> {
      const signing = await signingOf(format)
      const prepared = await signing.prepare(request, ports)
      const file = await signing.embed(prepared, await sign(prepared.toBeSigned), ports)
      if (!check) return { file, report: null }
      return { file, ...(await openSessions(ports).check([file, ...request.files], check, context)) }
    },
    extend: async ({ format, file, level, options }: WorkerMethods['extend'][0]) =>
      (await extendingOf(format))(file, level, ports, options),
  }
  return {
    generation: 0,
    close: () => undefined,
    async call(method: Method, params: unknown, { signal = new AbortController().signal, onSign }: CallOptions = {}) {
      const handler = handlers[method]
      if (!handler) throw new TypeError(`no method ${method} in this test`)
      const sign: CallContext['sign'] = (asked) =>
        onSign ? onSign(structuredClone(asked)) : Promise.reject(new TypeError('nobody signs'))
      const context = { signal, progress: () => undefined, sign }
      return structuredClone(await handler(structuredClone(params) as never, context))
    },
  } as WorkerClient
}

export type EnvelopeDesk = Readonly<{
  envelopes: RunEnvelope
  /** Each act takes a minute. */
  clock: ReturnType<typeof fakeClock>
}>

/** @param keys by id, all of the provider 'test'; @param font TrueType; null: it cannot be loaded; @param stamps a level above B-B, and who time-stamps */
export function envelopeDesk(
  keys: Readonly<Record<string, SigningKey>>,
  font: Uint8Array | null,
  ports: Ports & { clock: ReturnType<typeof fakeClock> } = {
    clock: fakeClock('2026-11-25T12:00:00Z'),
    random: testRandom,
    engine: testEngine,
  },
  stamps: Readonly<{ level: SignatureLevel; authorities: readonly string[] }> = { level: 'B-B', authorities: [] },
): EnvelopeDesk {
  let kept = 0
  const envelopes = createRunEnvelope({
    ...ports,
    worker: inProcessWorker(ports),
    keys: {
      find: ({ id }) => {
        const key = keys[id]
        return key ? Promise.resolve(key) : Promise.reject(new SignError('KEY_NOT_FOUND', id))
      },
      used: () => Promise.resolve(),
    },
    results: {
      keep: (file, source) =>
        Promise.resolve({
          id: String(++kept),
          file,
          source,
          signedAt: ports.clock.now(),
          kept: 'storage',
          takenAt: null,
        }),
    },
    anchors: { list: () => Promise.resolve([]) },
    font: () => (font ? Promise.resolve(font) : Promise.reject(new TypeError('offline'))),
    ...stamps,
    refuse: [],
  })
  return { envelopes, clock: ports.clock }
}

export const testKeyRef = (id: string) => ({ provider: 'test', id })

const field = (kind: DraftField['kind'], rect: DraftField['rect'], more: Partial<DraftField> = {}): DraftField => ({
  kind,
  page: 1,
  rect,
  required: kind === 'checkbox',
  ...more,
})

/** A signatory with a box, a text, a date, and a place for the signature, in the n-th band of page 1 (from 1). */
export function draftSignatory(n: number, more: Partial<DraftSignatory> = {}): DraftSignatory {
  const y = 20 + ((n - 1) % 10) * 16
  return {
    id: `s${n}`,
    role: 'signer',
    name: `Person ${n}`,
    emails: [`p${n}@firm.example`],
    kind: 'unqualified',
    algorithms: [],
    mayDelegate: true,
    fields: [
      field('checkbox', [10, y, 22, y + 12], { label: 'I agree' }),
      field('text', [30, y, 110, y + 12], { binding: 'note' }),
      field('date', [115, y, 185, y + 12]),
    ],
    ...more,
  }
}

export const draftOf = (signatories: readonly DraftSignatory[], more: Partial<EnvelopeDraft> = {}): EnvelopeDraft => ({
  title: 'Договір 14-B',
  preparer: { name: 'Олена Коваль', email: 'olena@firm.example' },
  signatories,
  order: signatories.filter(({ role }) => role !== 'copy').map(({ id }) => [id]),
  record: true,
  resend: true,
  language: 'uk',
  verifyUrl: 'https://sign.example/verify',
  ...more,
})

/** The code by which something was refused. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing was refused'
  } catch (error) {
    return error instanceof SignError ? error.code : String(error)
  }
}
