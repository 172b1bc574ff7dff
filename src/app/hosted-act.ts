import { toBase64, utf8 } from '../core/bytes/bytes.ts'
import { SignError } from '../core/errors.ts'
import type { SignCommand, SignedAnswer } from '../core/host.ts'
import type { SealedLog } from '../core/formats/activity-log.ts'
import type { ActivityLog } from './activity-log.ts'
import { answerOf, type LoadedDocument } from './hosted-answer.ts'
import type { KeyCard } from './manage-keys.ts'
import type { Services } from './services.ts'
import type { SignOptions, SignOutcome } from './sign-documents.ts'

/** What the command says of how to sign; what it leaves open is the person's. */
export function optionsOf(command: SignCommand, usualLevel: SignOptions['level']): SignOptions {
  const container = { PAdES: 'embedded', CAdES: 'detached' } as const
  const { profile } = command
  return {
    container: profile === 'PAdES' || profile === 'CAdES' ? container[profile] : 'auto',
    level: command.level ?? usualLevel,
    // Bottom left of the last page, where contracts are signed; a person may move it in the signing window.
    place: command.visible ? { kind: 'box', page: -1, rect: [48, 48, 248, 112] } : { kind: 'none' },
    ...(command.reason ? { reason: command.reason } : {}),
    ...(command.location ? { location: command.location } : {}),
  }
}

/** @throws SignError `KEY_NOT_FOUND` */
export async function findCard({ keys }: Pick<Services, 'keys'>, ref: KeyCard['ref']): Promise<KeyCard> {
  const { keys: cards } = await keys.list()
  const found = cards.find((one) => one.ref.id === ref.id && one.ref.provider === ref.provider)
  if (!found) throw new SignError('KEY_NOT_FOUND', `no key ${ref.id} at ${ref.provider}`)
  return found
}

/** Writes what came of each document into the log. */
export async function logOutcomes(
  log: ActivityLog,
  outcomes: readonly SignOutcome[],
  loaded: readonly LoadedDocument[],
): Promise<void> {
  for (const outcome of outcomes) {
    const id = loaded[outcome.index]?.asked.id ?? ''
    if (outcome.status === 'signed') await log.add('signed', { id, format: outcome.format, level: outcome.level })
    else if (outcome.status === 'failed') await log.add('refused', { id, code: outcome.refusal.code })
    else await log.add('cancelled', { id })
  }
}

type Done = Readonly<{
  services: Services
  requestId: string
  loaded: readonly LoadedDocument[]
  outcomes: readonly SignOutcome[]
  card: KeyCard
  digest: Services['digest']
  log: ActivityLog
}>

/** The answer to the host, with the log sealed by the key that signed. At least one outcome must be `signed`. */
export async function sealedAnswer(done: Done): Promise<SignedAnswer> {
  const { services, card, loaded, outcomes } = done
  const sealed = await sealLog(services, card.ref, await done.log.payload())
  return answerOf({
    requestId: done.requestId,
    receipt: crypto.randomUUID(),
    documents: loaded,
    outcomes,
    key: card,
    digest: done.digest,
    log: new Blob([JSON.stringify(sealed)], { type: 'application/json' }),
  })
}

/** The log is signed by the same key, after the documents; a key that refuses leaves it unsigned, and it says so. */
async function sealLog(services: Services, key: KeyCard['ref'], payload: string): Promise<SealedLog> {
  const unsigned: SealedLog = { version: 1, payload, signature: null }
  try {
    const file = { name: 'activity.json', blob: new Blob([utf8(payload)], { type: 'application/json' }) }
    const options: SignOptions = { container: 'detached', level: 'B-B', place: { kind: 'none' } }
    const [outcome] = await services.documents.sign({ items: [{ file }], key, options })
    if (outcome?.status !== 'signed') return unsigned
    const { id, file: signed } = outcome.result
    const signature = toBase64(new Uint8Array(await signed.blob.arrayBuffer()))
    await services.results.discard([id])
    return { ...unsigned, signature }
  } catch {
    return unsigned
  }
}

/** What the host stored need not wait in this browser: the outbox counts it as taken. */
export async function markStored(services: Services, outcomes: readonly SignOutcome[]): Promise<void> {
  const stored = { ...services.host, save: () => Promise.resolve({ stored: { id: '', name: '' }, version: '' }) }
  for (const outcome of outcomes) {
    if (outcome.status !== 'signed') continue
    const { id } = outcome.result
    await services.results
      .store(id, stored, { id, name: outcome.name }, { ifVersion: '', idempotencyKey: '' })
      .catch(() => undefined)
  }
}
