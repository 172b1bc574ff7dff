import { coverDiffers } from '../core/envelope/check-cover.ts'
import { requireDocuments } from '../core/envelope/check-enclosed.ts'
import { familyOf } from '../core/envelope/events.ts'
import type { EnvelopeManifest, Signatory } from '../core/envelope/manifest.ts'
import { asTexts, signingOptions, signingValues, type SignerLine } from '../core/envelope/sign.ts'
import { makeSimple } from '../core/envelope/simple.ts'
import { isEarlier, signerProblem, whyNot } from '../core/envelope/state.ts'
import type { EnvelopeView } from '../core/envelope/view.ts'
import { SignError, type ErrorCode } from '../core/errors.ts'
import type { SigningKey } from '../core/keys.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import { checkSigner, mechanismOf } from './check-signer.ts'
import { signApart } from './sign-apart.ts'
import type { KeptResult } from './signed-results.ts'
import {
  askKey,
  finish,
  readBack,
  readView,
  type ActOptions,
  type EnvelopeResult,
  type RunEnvelopePorts,
  type SignEnvelopeRequest,
  type SigningMeans,
} from './envelope-work.ts'

/** Everything is asked of the file before anything is asked of the key. */
export async function signEnvelope(
  request: SignEnvelopeRequest,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const view = await readView(request.file, ports, options)
  const time = ports.clock.now().toISOString()
  const signatory = mayAct(view, request.signatory, time)
  requireDocuments(view.enclosed)
  if (view.cover === 'differs') throw coverDiffers()
  const { means } = request
  if ((means.kind === 'code') !== (signatory.kind === 'simple')) {
    throw refused('ENVELOPE_KIND_MISMATCH', signatory.id, 'another kind of signature is asked for')
  }
  const made =
    means.kind === 'code'
      ? await signSimply(request, means.code, { view, signatory, time }, ports, options)
      : await signByKey(request, means, { view, signatory, time }, ports, options)
  const now = made.view.state.signatories[signatory.id]
  if (now?.status === 'signed' || now?.status === 'pending') return made
  const problem = made.view.state.problems.at(-1)
  throw new SignError('FORMAT_OUTPUT_INVALID', 'the signature was not accepted when read back', {
    details: { code: problem?.code ?? '', evidence: problem?.evidence ?? '' },
  })
}

/**
 * The signatory, when he may act on this file now.
 *
 * @throws SignError as `whyNot`, `ENVELOPE_CLOCK_BEFORE_PREVIOUS`
 */
export function mayAct({ manifest, state }: EnvelopeView, id: string, time: string): Signatory {
  const code = whyNot(manifest, state, id)
  const signatory = manifest.signatories.find((one) => one.id === id)
  if (code || !signatory) throw refused(code ?? 'ENVELOPE_NOT_A_SIGNATORY', id, 'may not act on this file now')
  const last = state.lastTime ?? manifest.createdAt
  if (isEarlier(time, last)) {
    const details = { now: time, before: last }
    throw new SignError('ENVELOPE_CLOCK_BEFORE_PREVIOUS', 'the clock is behind the act before', { details })
  }
  return signatory
}

const refused = (code: ErrorCode, signatory: string, message: string): SignError =>
  new SignError(code, `${signatory}: ${message}`, { details: { signatory } })

type Turn = Readonly<{ view: EnvelopeView; signatory: Signatory; time: string }>

async function signByKey(
  request: SignEnvelopeRequest,
  means: Extract<SigningMeans, { kind: 'key' }>,
  turn: Turn,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const { worker, keys, clock, level } = ports
  const { view, signatory } = turn
  const { manifest } = view
  const key = await keys.find(means.key, options.signal ?? new AbortController().signal)
  const warnings = checkSigner(key, clock.now(), false)
  const certificate = checkKey(key, signatory)
  const line: SignerLine = {
    ...whoSigns(request, turn),
    kind: certificate.qualified?.compliance ? 'qualified' : 'unqualified',
    fingerprint: certificate.fingerprint,
  }
  const values = signingValues(manifest, signatory, request.values, line)
  const font = await ports.font()
  const { mechanism } = means
  const apart = await signApart({ file: request.file, view, signatory, key, mechanism }, ports, options)
  const params = {
    format: 'PAdES' as const,
    files: [request.file],
    signers: [{ signer: key.signer, mechanism: mechanismOf(key, mechanism) }],
    level,
    options: signingOptions(manifest, signatory, values, { line, font, mark: request.mark ?? null }),
  }
  const made = await worker.call('sign', params, askKey(key, options))
  const name = request.file.name
  const signed = await finish(made.file, { key, ref: means.key, name, original: request.file }, ports, options)
  const kept = await readBack(signed.file, request.file, ports, options)
  const detached: KeptResult[] = []
  for (const { file, source } of apart) detached.push(await ports.results.keep(file, source))
  const all = [...warnings, ...signed.warnings, ...apart.flatMap((one) => one.warnings), ...kept.warnings]
  return { ...kept, detached, warnings: [...new Set(all)] }
}

/** @throws SignError `ENVELOPE_KIND_MISMATCH`, `ENVELOPE_ALGORITHM_FORBIDDEN` */
function checkKey(key: SigningKey, signatory: Signatory) {
  const certificate = certificateFacts(parseCertificate(key.signer.certificate))
  const qualified = certificate.qualified?.compliance === true
  const code = signerProblem(signatory, { qualified, family: familyOf(certificate.publicKey.algorithm) })
  if (code) throw refused(code, signatory.id, 'this certificate may not sign here')
  return certificate
}

/** Name, company, time and the file as it is now, for his line of the record. */
function whoSigns(
  { name, company }: SignEnvelopeRequest,
  { view, signatory, time }: Turn,
): Omit<SignerLine, 'kind' | 'fingerprint'> {
  const state = view.state.signatories[signatory.id]
  const known = state?.delegated ? null : (signatory.company ?? null)
  const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
  const corrected = company === undefined ? known : oneLine(company) || null
  return {
    name: oneLine(name ?? '') || (state?.holder.name ?? signatory.name),
    company: corrected,
    time,
    digest: view.sha256,
  }
}

async function signSimply(
  request: SignEnvelopeRequest,
  code: string,
  turn: Turn,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const { view, signatory, time } = turn
  const { manifest } = view
  const line: SignerLine = { ...whoSigns(request, turn), kind: 'simple', fingerprint: null }
  const values = signingValues(manifest, signatory, request.values, line)
  const input = { manifest, signatory, values: asTexts(values), code }
  const record = await makeSimple(input, view, time, ports)
  const field = simpleField(manifest, signatory)
  const all = { ...values, [field]: JSON.stringify(record) }
  const { signal, onProgress } = options
  const params = { file: request.file, values: all, font: await ports.font() }
  const made = await ports.worker.call('fillEnvelope', params, { signal, onProgress })
  return readBack(made, request.file, ports, options)
}

function simpleField({ reserved }: EnvelopeManifest, { id }: Signatory): string {
  const field = reserved.simple[id]
  if (field === undefined) throw new RangeError(`${id} does not sign simply`)
  return field
}
