import { expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { SourceFile } from '../core/formats/format.ts'
import type { SigningKey } from '../core/keys.ts'
import { buildSelfSigned } from '../core/x509/build.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import type { FileReport } from '../core/validation/report.ts'
import { testEngine } from '../testing/engines.ts'
import { fakeClock, testRandom } from '../testing/ports.ts'
import type { CallOptions, WorkerClient } from '../worker/client.ts'
import type { Signed, SignParams } from '../worker/protocol.ts'
import { signAll, type Batch } from './sign-batch.ts'
import type { SignEvent, SignOptions } from './sign-documents.ts'

const MECHANISM = { signature: 'ECDSA-P256', digest: 'SHA-256' } as const
const OPTIONS: SignOptions = { container: 'auto', level: 'B-B', place: { kind: 'none' } }

const certificates = new Map<string, Promise<Uint8Array>>()

function testCertificate(commonName = 'Test'): Promise<Uint8Array> {
  const made = certificates.get(commonName) ?? makeCertificate(commonName)
  certificates.set(commonName, made)
  return made
}

async function makeCertificate(commonName: string): Promise<Uint8Array> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const input = {
    name: { commonName },
    spki: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)),
    mechanism: MECHANISM,
    notBefore: new Date('2026-01-01'),
    notAfter: new Date('2027-01-01'),
  }
  return buildSelfSigned(input, { engine: testEngine, random: testRandom }, async (octets) => {
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    return new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, octets as BufferSource))
  })
}

async function keyThat(sign: SigningKey['sign'], name = 'Test'): Promise<SigningKey> {
  const signer = { certificate: await testCertificate(name), chain: [], mechanisms: [MECHANISM] }
  return { id: 'k', label: 'k', signer, sign }
}

type Script = {
  prepare?: (name: string, signal?: AbortSignal) => Promise<void> | void
  report?: (file: SourceFile) => Partial<FileReport['signatures'][number]>
}

/** A scripted result holds the fingerprints of those who signed it. */
async function reportOn(file: SourceFile, script: Script): Promise<FileReport> {
  const signatures = (await file.blob.text()).split(' ').map((by) => ({
    signer: { fingerprint: by },
    integrity: 'intact',
    coverage: 'whole-file',
    ...script.report?.(file),
  }))
  return { name: file.name, result: 'INDETERMINATE', warnings: [], signatures } as unknown as FileReport
}

/** The worker's part of the batch, scripted: what matters here is what the batch makes of its answers. */
function scriptedWorker(script: Script): WorkerClient {
  return {
    generation: 0,
    close: () => undefined,
    async call(_method: 'sign', { files, signers, check, format }: SignParams, { signal, onSign }: CallOptions) {
      const name = files[0]?.name ?? ''
      await script.prepare?.(name, signal)
      signal?.throwIfAborted()
      await onSign?.(signers.map((one) => ({ ...one, dtbs: new TextEncoder().encode(name) })))
      const by = signers.map(({ signer }) => fingerprint(signer.certificate)).join(' ')
      const file = { name: `${name}${format === 'CAdES' ? '.p7s' : '-signed'}`, blob: new Blob([by]), type: '' }
      return { file, report: check ? await reportOn(file, script) : null } satisfies Signed
    },
  } as unknown as WorkerClient
}

type Run = {
  names: readonly string[]
  script?: Script
  key?: SigningKey['sign']
  beside?: { sign: SigningKey['sign']; files: 'one' | 'two' }
  signal?: AbortSignal
  warnings?: readonly string[]
  level?: SignOptions['level']
  onEvent?: (event: SignEvent) => void
}

async function run({ names, script = {}, key = () => Promise.resolve(new Uint8Array(64)), ...rest }: Run) {
  const kept: string[] = []
  const events: SignEvent[] = []
  const batch: Batch = {
    worker: scriptedWorker(script),
    key: await keyThat(key),
    beside: rest.beside ? { key: await keyThat(rest.beside.sign, 'Second'), files: rest.beside.files } : null,
    warnings: rest.warnings ?? [],
    defaults: { ...OPTIONS, level: rest.level ?? 'B-B' },
    signal: rest.signal ?? new AbortController().signal,
    inFlight: { items: 3, bytes: 1000 },
    clock: fakeClock('2026-06-01T00:00:00Z'),
    onEvent(event) {
      events.push(event)
      rest.onEvent?.(event)
    },
    keys: { find: () => Promise.reject(new Error('not here')), used: () => Promise.resolve() },
    results: {
      keep(file, source) {
        kept.push(file.name)
        const result = { id: source, file, source, signedAt: new Date(0), kept: 'storage' as const, takenAt: null }
        return Promise.resolve(result)
      },
    },
    verification: {
      async verify([file]) {
        const files = file ? [await reportOn(file, script)] : []
        return { report: { files }, close: () => undefined } as never
      },
    },
  }
  const jobs = names.map((name, index) => ({
    index,
    item: { file: { name, blob: new Blob([name === 'empty' ? '' : 'content']) } },
  }))
  const outcomes = await signAll(jobs, batch)
  return { outcomes, kept, events, statuses: outcomes.map(({ status }) => status) }
}

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${i}`)

test('each file is signed, kept and reported in its place', async () => {
  const { outcomes, kept, events } = await run({ names: many(7), warnings: ['KEY_CERTIFICATE_EXPIRED'] })
  expect(outcomes.map(({ name, index }) => `${index} ${name}`)).toEqual(many(7).map((name, i) => `${i} ${name}`))
  expect([...kept].sort()).toEqual(many(7).map((name) => `${name}.p7s`))
  expect(outcomes[3]).toMatchObject({ status: 'signed', format: 'CAdES', warnings: ['KEY_CERTIFICATE_EXPIRED'] })
  expect(events.filter(({ state }) => state === 'signed').map(({ finished }) => finished)).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ])
  expect(events.every(({ total }) => total === 7)).toBe(true)
})

test('the states of one file come in their order', async () => {
  const { events } = await run({ names: ['one'] })
  expect(events.map(({ state }) => state)).toEqual(['reading', 'signing', 'writing', 'checking', 'keeping', 'signed'])
})

test('one failing file neither stops nor loses the others', async () => {
  const prepare = (name: string): void => {
    if (name === 'f2') throw new SignError('FORMAT_MALFORMED', 'broken', { details: { at: 7 } })
    if (name === 'f4') throw new Error('a bug')
  }
  const { outcomes, statuses } = await run({ names: [...many(6), 'empty'], script: { prepare } })
  expect(statuses).toEqual(['signed', 'signed', 'failed', 'signed', 'failed', 'signed', 'failed'])
  expect(outcomes[2]).toMatchObject({ refusal: { code: 'FORMAT_MALFORMED', details: { at: 7 } } })
  expect(outcomes[4]).toMatchObject({ refusal: { code: 'INTERNAL' } })
  expect(outcomes[6]).toMatchObject({ refusal: { code: 'FORMAT_EMPTY_FILE' } })
})

test.for(['B-B', 'B-T'] as const)('an output that does not validate is not handed out: %s', async (level) => {
  const bad: Record<string, object> = {
    'f0.p7s': { integrity: 'broken' },
    'f1.p7s': { coverage: 'earlier-revision' },
    'f2.p7s': { signer: { fingerprint: 'another' } },
    'f3.p7s': { signer: null },
  }
  const { outcomes, kept } = await run({ names: many(5), level, script: { report: ({ name }) => bad[name] ?? {} } })
  for (const outcome of outcomes.slice(0, 4)) {
    expect(outcome).toMatchObject({ status: 'failed', refusal: { code: 'FORMAT_OUTPUT_INVALID' } })
  }
  expect(kept).toEqual(['f4.p7s'])
})

test('a cancel leaves what is signed signed and cancels the rest', async () => {
  const controller = new AbortController()
  const onEvent = ({ finished }: SignEvent): void => {
    if (finished === 4) controller.abort()
  }
  const { statuses, kept } = await run({ names: many(20), signal: controller.signal, onEvent })
  expect(statuses.filter((status) => status === 'signed')).toHaveLength(kept.length)
  expect(kept.length).toBeGreaterThanOrEqual(4)
  expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(20 - kept.length)
})

test('a file that takes the worker down costs the files beside it nothing', async () => {
  const pending = new Set<(error: Error) => void>()
  let fellWithIt = 0
  const prepare = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      pending.add(reject)
      setTimeout(() => {
        pending.delete(reject)
        if (name !== 'f3') return resolve()
        fellWithIt += pending.size
        for (const fail of [reject, ...pending]) fail(new SignError('WORKER_CRASHED', 'died'))
        pending.clear()
      }, 2)
    })
  const { outcomes, statuses } = await run({ names: many(10), script: { prepare } })
  expect(statuses.filter((status) => status === 'signed')).toHaveLength(9)
  expect(outcomes[3]).toMatchObject({ status: 'failed', refusal: { code: 'WORKER_CRASHED' } })
  expect(fellWithIt).toBeGreaterThan(0)
})

test('the key is asked one at a time', async () => {
  let now = 0
  let most = 0
  const key = async (): Promise<Uint8Array> => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setTimeout(resolve, 1))
    now--
    return new Uint8Array(64)
  }
  await run({ names: many(12), key })
  expect(most).toBe(1)
})

test('a dismissed PIN dialog is not shown again: the rest is cancelled', async () => {
  let asked = 0
  const key = (): Promise<Uint8Array> => {
    asked++
    return asked <= 2 ? Promise.resolve(new Uint8Array(64)) : Promise.reject(new DOMException('closed', 'AbortError'))
  }
  const { statuses } = await run({ names: many(30), key })
  expect(asked).toBe(3)
  expect(statuses.filter((status) => status === 'signed')).toHaveLength(2)
  expect(statuses.filter((status) => status === 'cancelled')).toHaveLength(28)
})

test('a key that failed twice in a row is not asked again; a single failure is only that file', async () => {
  let asked = 0
  const once = await run({
    names: many(6),
    key: () =>
      ++asked === 3 ? Promise.reject(new SignError('KEY_SIGN_FAILED', 'no')) : Promise.resolve(new Uint8Array(64)),
  })
  expect(once.statuses.filter((status) => status === 'failed')).toHaveLength(1)
  asked = 0
  const gone = await run({
    names: many(50),
    key() {
      asked++
      return Promise.reject(new SignError('KEY_SIGN_FAILED', 'card removed'))
    },
  })
  expect(asked).toBe(2)
  expect(gone.outcomes.every((o) => o.status === 'failed' && o.refusal.code === 'KEY_SIGN_FAILED')).toBe(true)
})

test('a file named .pdf is never signed detached without being asked', async () => {
  const formats: string[] = []
  const names = ['photo.pdf', 'real.bin']
  const { outcomes } = await run({
    names,
    onEvent: ({ outcome }) => outcome?.status === 'signed' && formats.push(outcome.format),
  })
  expect(outcomes[0]).toMatchObject({ format: 'PAdES' })
  expect(outcomes[1]).toMatchObject({ format: 'CAdES' })
})

const twice = { sign: () => Promise.resolve(new Uint8Array(64)) }

test('a second key: beside the first in one file, or in a file of its own; a PDF keeps one signer', async () => {
  const print = fingerprint(await testCertificate())
  const second = fingerprint(await testCertificate('Second'))
  const one = await run({ names: ['a.bin', 'b.pdf'], beside: { ...twice, files: 'one' } })
  expect(one.kept.toSorted()).toEqual(['a.bin.p7s', 'b.pdf-signed'])
  const texts = one.outcomes.map((each) =>
    each.status === 'signed' ? each.result.file.blob.text() : Promise.resolve(null),
  )
  expect(await Promise.all(texts)).toEqual([`${print} ${second}`, print])

  const two = await run({ names: ['a.bin', 'b.pdf'], beside: { ...twice, files: 'two' } })
  expect(two.kept.toSorted()).toEqual(['a.bin.ecdsa-p256.p7s', 'a.bin.p7s', 'b.pdf-signed'])
  const [outcome, pdf] = two.outcomes
  if (outcome?.status !== 'signed' || !outcome.beside) throw new Error('no second file')
  expect(await outcome.result.file.blob.text()).toBe(print)
  expect(await outcome.beside.file.blob.text()).toBe(second)
  expect(pdf).not.toHaveProperty('beside')
})

test('both signatures or none: a second key that fails, or does not verify, leaves nothing', async () => {
  const failing = () => Promise.reject(new SignError('KEY_SIGN_FAILED', 'no'))
  for (const files of ['one', 'two'] as const) {
    const broken = await run({ names: ['a.bin'], beside: { sign: failing, files } })
    expect({ files, kept: broken.kept, statuses: broken.statuses }).toEqual({ files, kept: [], statuses: ['failed'] })
  }
  const only = fingerprint(await testCertificate())
  const missing = await run({
    names: ['a.bin'],
    beside: { ...twice, files: 'one' },
    script: { report: () => ({ signer: { fingerprint: only } }) as never },
  })
  expect(missing.outcomes[0]).toMatchObject({ status: 'failed', refusal: { code: 'FORMAT_OUTPUT_INVALID' } })
})
