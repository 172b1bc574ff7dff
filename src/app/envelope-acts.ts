import { actField, type Act } from '../core/envelope/acts.ts'
import type { EnvelopeView } from '../core/envelope/view.ts'
import { SignError } from '../core/errors.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { readBack, readView, type ActOptions, type EnvelopeResult, type RunEnvelopePorts } from './envelope-work.ts'
import { mayAct } from './sign-envelope.ts'

type Distributed<T> = T extends unknown ? Omit<T, 'time'> : never
type SignatoryAct = Distributed<Extract<Act, { kind: 'decline' | 'delegate' }>>

/** Declining and passing on: one who may sign now may do either. */
export async function actOn(
  file: SourceFile,
  act: SignatoryAct,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const view = await readView(file, ports, options)
  const time = ports.clock.now().toISOString()
  const signatory = mayAct(view, act.signatory, time)
  if (act.kind === 'delegate' && !signatory.mayDelegate) {
    throw new SignError('ENVELOPE_DELEGATION_FORBIDDEN', 'the preparer does not allow to pass it on')
  }
  if (act.kind === 'delegate' && act.to.name === '') throw new RangeError('nobody to pass it on to')
  return write(file, view, { ...act, time }, ports, options)
}

export async function closeEnvelope(
  file: SourceFile,
  reason: string,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const view = await readView(file, ports, options)
  const { status } = view.state
  if (status === 'broken') throw new SignError('ENVELOPE_BROKEN', 'the envelope is broken')
  if (status !== 'running' && status !== 'expired') throw new SignError('ENVELOPE_CLOSED', 'the envelope has ended')
  const time = ports.clock.now().toISOString()
  return write(file, view, { kind: 'close', reason, time }, ports, options)
}

/** The new file is the given one up to the revision before his act, and one revision that names the given file as replaced. */
export async function newRound(
  { file, signatory, reason }: Readonly<{ file: SourceFile; signatory: string; reason: string }>,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<EnvelopeResult> {
  const view = await readView(file, ports, options)
  const { manifest, state } = view
  if (!manifest.resend) throw new SignError('ENVELOPE_RESEND_FORBIDDEN', 'the preparer does not allow a new round')
  const acted = state.signatories[signatory]?.revision ?? null
  const before = acted === null ? undefined : view.revisions[acted - 1]
  if (acted === null || !before) {
    throw new SignError('ENVELOPE_NOT_A_SIGNATORY', `${signatory} has not acted yet`, { details: { signatory } })
  }
  const branch = { ...file, blob: file.blob.slice(0, before.size, 'application/pdf') }
  const used = view.steps.filter(({ kind, revision }) => kind === 'round' && revision < acted).length
  const act: Act = {
    kind: 'round',
    signatory,
    round: state.round.number + 1,
    replaces: view.sha256,
    reason: reason.trim(),
    time: ports.clock.now().toISOString(),
  }
  return write(branch, { manifest }, act, ports, options, used)
}

async function write(
  file: SourceFile,
  { manifest }: Pick<EnvelopeView, 'manifest'>,
  act: Act,
  ports: RunEnvelopePorts,
  options: ActOptions,
  roundsUsed = 0,
): Promise<EnvelopeResult> {
  const place = actField(manifest, act, roundsUsed)
  if (!place) throw new SignError('ENVELOPE_ROUNDS_EXHAUSTED', 'no field is left for this act')
  const { signal, onProgress } = options
  const params = { file, values: { [place.field]: place.value }, font: await ports.font() }
  const made = await ports.worker.call('fillEnvelope', params, { signal, onProgress })
  return readBack(made, file, ports, options)
}
