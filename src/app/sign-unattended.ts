import { SignError } from '../core/errors.ts'
import type { CommandingHost, SignAnswer, SignCommand, SignedAnswer } from '../core/host.ts'
import { openActivityLog, type ActivityLog, type LogPorts } from './activity-log.ts'
import { logOutcomes, markStored, optionsOf, sealedAnswer } from './hosted-act.ts'
import { loadAsked } from './load-asked.ts'
import type { KeyCard } from './manage-keys.ts'
import type { Services } from './services.ts'

export type UnattendedPorts = Readonly<{
  services: Services
  host: CommandingHost
  /** Origin of the page that asks. */
  embedder: string
  /** False: this frame does not see the keys, and no window opens without a click. */
  reachesKeys: boolean
  digest: Services['digest']
  logPorts: LogPorts
  deliver: (answer: SignedAnswer, log: ActivityLog) => Promise<SignedAnswer>
}>

/**
 * Signs for a business process without showing each document: only where config.json lets this site ask, and the holder of
 * the key has permitted it to this site. The permission is used up before the key signs.
 *
 * @throws SignError `UNATTENDED_FORBIDDEN`, `UNATTENDED_NOT_GRANTED`, `KEY_NEEDS_WINDOW`, `KEY_NOT_FOUND`, `HOST_*`, and why no
 *   document could be signed; AbortError
 */
export async function signUnattended(
  command: SignCommand,
  ports: UnattendedPorts,
  signal: AbortSignal,
): Promise<SignAnswer> {
  const { services, host, embedder, digest } = ports
  const { grants } = services
  if (!grants.origins.includes(embedder)) {
    throw new SignError('UNATTENDED_FORBIDDEN', `config.json lets ${embedder} have nothing signed unseen`)
  }
  if (Object.keys(command.fields).length > 0 || command.profile === 'XAdES' || command.profile === 'ASiC-E') {
    throw new SignError('FORMAT_UNSUPPORTED', 'unseen, neither form fields nor this profile', {
      details: { profile: command.profile },
    })
  }
  if (!ports.reachesKeys) {
    throw new SignError('KEY_NEEDS_WINDOW', 'this frame reaches no keys, and no window opens without a click')
  }
  const card = await signerOf(command, services, embedder)
  const log = openActivityLog(ports.logPorts)
  const loading = { host, digest, log }
  const loaded = await Promise.all(command.documents.map((asked) => loadAsked(loading, asked, signal)))
  signal.throwIfAborted()
  const documents = loaded.map(({ document: { name }, sha256 }) => ({ name, sha256 }))
  const grant = await grants.take(card.ref.id, embedder, { requestId: command.requestId, documents })
  const key = card.certificate.fingerprint.toLowerCase()
  const left = grant.limit - grant.used
  await log.add('consent', { kind: 'standing', grant: grant.id, documents: documents.length, left, key })
  host.tell('signing', { documents: loaded.map(({ asked }) => asked.id) })
  const items = loaded.map(({ document: { name, blob, type } }) => ({ file: { name, blob, type } }))
  const options = optionsOf(command, services.level)
  const outcomes = await services.documents.sign({ items, key: card.ref, options, digest: true }, { signal })
  await logOutcomes(log, outcomes, loaded)
  const failed = outcomes.find(({ status }) => status === 'failed')
  if (!outcomes.some(({ status }) => status === 'signed')) {
    signal.throwIfAborted()
    if (failed?.status !== 'failed') throw new RangeError('nothing was signed and nothing failed')
    const { code, message, details } = failed.refusal
    throw new SignError(code, message, { details })
  }
  const { requestId } = command
  const answer = await sealedAnswer({ services, requestId, loaded, outcomes, card, digest, log })
  const final = await ports.deliver(answer, log)
  await markStored(services, outcomes)
  return final
}

/** The certificate that the host named, else the only one that its holder permits it to use. */
async function signerOf(command: SignCommand, { keys, grants }: Services, embedder: string): Promise<KeyCard> {
  const cards = (await keys.list()).keys
  if (command.signer !== null) {
    const named = cards.find(({ certificate }) => certificate.fingerprint.toLowerCase() === command.signer)
    if (!named) throw new SignError('KEY_NOT_FOUND', 'the certificate that the host named is not here')
    // A token asks its holder for the PIN: nobody is there.
    if (named.place !== 'browser') throw new SignError('UNATTENDED_NOT_GRANTED', 'a token signs only for its holder')
    return named
  }
  const permitted = (await grants.list()).filter((one) => one.origin === embedder && grants.stateOf(one) === 'active')
  const found = cards.find(({ ref }) => ref.provider === 'browser' && permitted.some(({ keyId }) => keyId === ref.id))
  if (!found) {
    throw new SignError('UNATTENDED_NOT_GRANTED', `no key here is permitted to ${embedder}`, {
      details: { reason: 'none', left: 0 },
    })
  }
  return found
}
