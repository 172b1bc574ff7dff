// What run.mjs calls in the page: one function per thing measured, each on real Files from the input, all through the product's own worker.
import { toBase64 } from '../../src/core/bytes/bytes.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import { signerInfoOf, testKey, testRoot, type TestParty } from '../../src/testing/pki.ts'
import { compose } from '../../src/compose.entry.ts'
import type { KeyCard } from '../../src/app/manage-keys.ts'
import { IN_FLIGHT, type SignOptions } from '../../src/app/sign-documents.ts'
import type { EnvelopeView } from '../../src/core/envelope/view.ts'
import type { SourceFile } from '../../src/core/formats/format.ts'
import { connectWorker } from '../../src/worker/client.ts'
import type { AskedValue } from '../../src/worker/protocol.ts'
import { envelopeBench, type EnvelopeBench } from './envelope.ts'

const spawn = (): Worker => new Worker(new URL('../../src/worker/core.worker.ts', import.meta.url), { type: 'module' })
let client = connectWorker({ spawn })
const results = new Map<string, Blob>()
let who: Promise<TestParty> | undefined
let algorithm: 'ECDSA-P256' | 'ECDSA-P521' = 'ECDSA-P256'

/** A self-signed signer, of P-256 with SHA-256 unless `use` chose another. */
function party(): Promise<TestParty> {
  who ??= testKey(algorithm).then((key) => testRoot(algorithm, { key, ca: false }))
  return who
}

/** A chosen file, or an earlier result by its name. */
function fileOf(name: string): Blob {
  const input = document.querySelector('input')
  const file = results.get(name) ?? [...(input?.files ?? [])].find((one) => one.name === name)
  if (!file) throw new Error(`no file ${name}`)
  return file
}

async function sign(blob: Blob, name: string, format: 'PAdES' | 'CAdES'): Promise<Blob> {
  const signer = await party()
  const { mechanism } = signer.key
  const params = {
    format,
    files: [{ name, blob }],
    signers: [{ signer: signerInfoOf(signer), mechanism }],
    level: 'B-B' as const,
    options: {},
  }
  const onSign = (toBeSigned: readonly AskedValue[]): Promise<Uint8Array[]> =>
    Promise.all(toBeSigned.map(({ dtbs }) => signer.key.sign(dtbs)))
  return (await client.call('sign', params, { onSign })).file.blob
}

async function peer(): Promise<(blob: Blob) => Promise<Blob>> {
  const signer = await party()
  const { makePeer } = await import('./peer.mjs')
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const pkcs8 = Uint8Array.from(signer.key.pkcs8 ?? [])
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, curve, false, ['sign'])
  return makePeer(key, signer.certificate)
}

/** Started at their first use, as our own is: what runs already is not seen in what is measured. */
let hasher: Worker | null = null
let verifier: Worker | null = null

let envelopes: Promise<EnvelopeBench> | undefined
const views = new Map<string, EnvelopeView>()

/** The parts of the envelope's rows, and what a file says, read once: acts are measured without it. */
async function envelopeOf(name: string): Promise<{ bench: EnvelopeBench; file: SourceFile; view: EnvelopeView }> {
  const made = await (envelopes ??= envelopeBench(() => client))
  const file = { name: 'envelope.pdf', blob: fileOf(name) }
  const view = views.get(name) ?? (await made.read(file))
  views.set(name, view)
  return { bench: made, file, view }
}

/** The longest time that the page did not get to run, while `body` runs, in ms. */
async function longestBlock(body: () => Promise<unknown>): Promise<number> {
  let running = true
  let last = performance.now()
  let longest = 0
  const { port1, port2 } = new MessageChannel()
  const beat = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (running) port2.postMessage(null)
  }
  port1.onmessage = beat
  beat()
  await body()
  running = false
  beat()
  port1.close()
  return longest
}

const services = compose()
let card: Promise<KeyCard> | undefined

/** A key as a person makes it: non-extractable, in this browser's storage. */
function ownKey(): Promise<KeyCard> {
  const subject = { commonName: 'Bench Signer', organization: 'Bench' }
  card ??= services.keys.create({ algorithm: 'ECDSA-P256', subject, years: 1 })
  return card
}

const OPTIONS: SignOptions = { container: 'auto', level: 'B-B', place: { kind: 'none' } }

const bench = {
  /** The whole use case of the product for many documents with one consent: signed, checked, kept in the outbox. */
  async product(name: string, times: number): Promise<void> {
    const { ref } = await ownKey()
    const blob = fileOf(name)
    const items = Array.from({ length: times }, (_, i) => ({ file: { name: `${i}-${name}`, blob } }))
    const outcomes = await services.documents.sign({ items, key: ref, options: OPTIONS })
    for (const one of outcomes) {
      if (one.status !== 'signed' || one.result.kept !== 'storage') throw new Error(JSON.stringify(one))
    }
  },
  /** Empties the outbox, so that the next round finds it as the first did. */
  async clearOutbox(): Promise<void> {
    const all = await services.results.list()
    await services.results.discard(all.map(({ id }) => id))
  },
  async warm(): Promise<void> {
    await party()
    client.close()
    client = connectWorker({ spawn })
  },
  /** Another signer from now on: P-521 signs over SHA-512. */
  use(other: typeof algorithm): void {
    algorithm = other
    who = undefined
  },
  hash(name: string, digest = 'SHA-256'): Promise<void> {
    const worker = (hasher ??= new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' }))
    return new Promise((resolve, reject) => {
      worker.onmessage = () => resolve()
      worker.onerror = (event) => reject(new Error(event.message))
      worker.postMessage({ file: fileOf(name), digest })
    })
  },
  /** Signs once and keeps the result under `as`. */
  async sign(name: string, as: string, format: 'PAdES' | 'CAdES' = 'PAdES'): Promise<number> {
    const signed = await sign(fileOf(name), name, format)
    results.set(as, signed)
    return signed.size
  },
  async peerSign(name: string, as: string): Promise<number> {
    const signed = await (await peer())(fileOf(name))
    results.set(as, signed)
    return signed.size
  },
  async repeat(what: 'sign' | 'peerSign', name: string, times: number): Promise<void> {
    const signPeer = what === 'peerSign' ? await peer() : null
    for (let i = 0; i < times; i++) {
      if (signPeer) await signPeer(fileOf(name))
      else await sign(fileOf(name), name, 'PAdES')
    }
  },
  /** One consent, many documents, as many under way as in the product: signed and given out, neither checked nor kept. */
  async batch(name: string, times: number): Promise<void> {
    const file = fileOf(name)
    let next = 0
    const lane = async (): Promise<void> => {
      while (next++ < times) await sign(file, name, 'PAdES')
    }
    await Promise.all(Array.from({ length: IN_FLIGHT.items }, lane))
  },
  /** What the key alone costs for as many signatures. */
  async keys(times: number): Promise<void> {
    const signer = await party()
    const dtbs = new Uint8Array(180)
    for (let i = 0; i < times; i++) await signer.key.sign(dtbs)
  },
  async validate(name: string): Promise<string> {
    const signer = await party()
    const validated = await client.call('validate', {
      files: [{ name, blob: fileOf(name) }],
      policy: DEFAULT_POLICY,
      at: new Date(),
      certificates: [signer.certificate],
    })
    await client.call('forget', { session: validated.session })
    return JSON.stringify(validated.report.files.map(({ result }) => result))
  },
  /** An envelope of `count` signatories of whom the first `signed` have signed, as `as`. @returns what its state is */
  async makeEnvelope(name: string, count: number, signed: number, as: string): Promise<string> {
    const made = await (envelopes ??= envelopeBench(() => client))
    let file = await made.prepare({ name, blob: fileOf(name) }, count)
    let view = await made.read(file)
    for (let n = 1; n <= signed; n++) {
      file = await made.act(file, view, n)
      view = await made.read(file)
    }
    results.set(as, file.blob)
    return JSON.stringify([view.state.status, view.state.turn, view.state.problems, view.report.signatures.length])
  },
  async openEnvelope(name: string): Promise<string> {
    const made = await (envelopes ??= envelopeBench(() => client))
    const { state } = await made.read({ name: 'envelope.pdf', blob: fileOf(name) })
    return state.status
  },
  /** The last signature alone, or every one, and nothing else of the file. */
  verifySignatures: (name: string, which: 'last' | 'every'): Promise<string> =>
    new Promise((resolve, reject) => {
      verifier ??= new Worker(new URL('./signatures.worker.ts', import.meta.url), { type: 'module' })
      verifier.onmessage = ({ data }: MessageEvent<{ value?: string; error?: string }>) =>
        data.value === undefined ? reject(new Error(data.error ?? 'no answer')) : resolve(data.value)
      verifier.onerror = (event) => reject(new Error(event.message))
      verifier.postMessage({ blob: fileOf(name), which })
    }),
  /** The n-th signatory's revision: laid out, signed, put in. */
  async act(name: string, n: number): Promise<number> {
    const { bench: made, file, view } = await envelopeOf(name)
    return (await made.act(file, view, n)).blob.size
  },
  /** The whole of it as a person does it: the file read, signed, the result read back and kept. */
  async productAct(name: string, n: number): Promise<string> {
    const { ref } = await ownKey()
    const { file, view } = await envelopeOf(name)
    const [box] = view.manifest.signatories[n - 1]?.fields ?? []
    const run = await services.envelopes()
    const means = { kind: 'key' as const, key: ref }
    const made = await run.sign({ file, signatory: `s${n}`, means, values: { [box?.name ?? '']: true } })
    return made.view.state.status
  },
  async openKeyFile(name: string, password: string): Promise<number> {
    const { keys } = await client.call('openKeyFile', { file: fileOf(name), password })
    return keys.length
  },
  /** The signer's, DER in base64. */
  certificate: async (): Promise<string> => toBase64((await party()).certificate),
  block: (what: 'sign' | 'peerSign', name: string): Promise<number> => longestBlock(() => bench[what](name, 'blocked')),
  /** For the judges beside: the result's bytes, base64. */
  async take(name: string): Promise<string> {
    return toBase64(new Uint8Array(await fileOf(name).arrayBuffer()))
  },
}

Object.assign(globalThis, { bench })
