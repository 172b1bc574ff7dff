import { toHex, utf8 } from '../core/bytes/bytes.ts'
import { SignError } from '../core/errors.ts'
import type { Clock, Engine, Random } from '../core/ports.ts'
import type { KeyRef } from './manage-keys.ts'
import type { RecordShelf } from './record-shelf.ts'
import { codeOf, stepAt, TOTP, totpAddress, totpKey } from './totp.ts'

/**
 * A gate before a key of this browser: a code of the person's app, or a passkey. It is local: it keeps an unlocked computer
 * from signing by a careless click, and is no access control, for whoever commands this browser commands the key behind it.
 */
export type GateKind = 'totp' | 'passkey'

/** A passkey that confirms: public, so that an answer can be checked here. `publicKey` is SPKI, `algorithm` COSE's. */
export type ConfirmingPasskey = Readonly<{
  credentialId: Uint8Array<ArrayBuffer>
  publicKey: Uint8Array<ArrayBuffer>
  algorithm: number
}>

/** As it is kept beside the key; goes when the key goes. */
export type GateRecord = Readonly<{
  /** Of the key. */
  id: string
  totp?: Readonly<{
    /** Non-extractable HMAC. */
    key: CryptoKey
    /** The last step whose code was taken: no code of it or before counts again (RFC 6238, 5.2). */
    usedStep: number
    failures: number
    /** Unix ms; until then nothing is compared. */
    pausedUntil: number
  }>
  passkey?: ConfirmingPasskey
}>

/** An offer to enrol: shown once, kept only when a first code proves that the app has it. */
export type TotpOffer = Readonly<{ address: string; secret: string; key: CryptoKey }>

export type CodeVerdict =
  | Readonly<{ status: 'right' }>
  | Readonly<{ status: 'wrong'; triesLeft: number }>
  /** Right, and taken before. */
  | Readonly<{ status: 'used' }>
  | Readonly<{ status: 'paused'; until: Date }>

/** What a confirmation leaves in the activity log: nothing that could confirm again. */
export type ConsentProof = Readonly<Record<string, string>>

export interface KeyGates {
  enrolled(key: KeyRef, kind: GateKind): Promise<boolean>
  /** @param account as the code app shall show it */
  offerTotp(account: string): Promise<TotpOffer>
  /** Kept only when `code` is that of the offer now. An enrolled app is replaced. */
  enrolTotp(key: KeyRef, offer: TotpOffer, code: string): Promise<boolean>
  /** Five wrong codes in a row make a pause, each next one a longer one: 1 minute, 2, 4 … up to an hour. */
  checkCode(key: KeyRef, code: string): Promise<CodeVerdict>
  /** From a click. @throws SignError `KEY_DECLINED`, `KEY_PASSKEY_UNAVAILABLE`; AbortError */
  enrolPasskey(key: KeyRef, name: string, signal: AbortSignal): Promise<void>
  /**
   * From a click: the passkey signs a challenge made of a fresh nonce and the digests of what will be signed, with the person
   * verified by the device; its answer is checked against the public key of the enrolment.
   *
   * @param digests lower-case hex
   * @throws SignError `CONSENT_NOT_ENROLLED`, `CONSENT_PASSKEY_FAILED`, `KEY_DECLINED`, `KEY_PASSKEY_UNAVAILABLE`; AbortError
   */
  confirmByPasskey(key: KeyRef, digests: readonly string[], signal: AbortSignal): Promise<ConsentProof>
  /** Whether this page may ask passkeys: a frame needs the permission of the page around it. */
  passkeysAllowed(): boolean
}

export type KeyGatesPorts = Readonly<{
  shelf: RecordShelf<GateRecord>
  clock: Clock
  random: Random
  engine: Engine
  /** Name of this deployment for the code app: its host. */
  issuer: string
  enrolPasskey(name: string, signal: AbortSignal): Promise<ConfirmingPasskey>
  /** Resolves when this passkey answered this challenge with the person verified. @throws as confirmByPasskey */
  askPasskey(passkey: ConfirmingPasskey, challenge: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>
  passkeysAllowed(): boolean
}>

const TRIES = 5
const PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 3_600_000
/** Steps before and after this one that a clock may be off (RFC 6238, 5.2 and 6). */
const DRIFT = [0, -1, 1] as const

export function createKeyGates(ports: KeyGatesPorts): KeyGates {
  const { shelf, clock, random } = ports
  const { subtle } = ports.engine

  async function matchingStep(key: CryptoKey, code: string): Promise<number | null> {
    const digits = code.replace(/\s/g, '')
    if (!/^\d{6}$/.test(digits)) return null
    const now = stepAt(clock.now())
    for (const drift of DRIFT) {
      if ((await codeOf(subtle, key, now + drift)) === digits) return now + drift
    }
    return null
  }

  return {
    enrolled: async ({ id }, kind) => (await shelf.get(id))?.[kind] !== undefined,
    async offerTotp(account) {
      const secret = random.bytes(TOTP.secretBytes)
      const address = totpAddress(ports.issuer, account, secret)
      return {
        address,
        secret: new URL(address).searchParams.get('secret') ?? '',
        key: await totpKey(subtle, secret),
      }
    },
    async enrolTotp({ id }, { key }, code) {
      const step = await matchingStep(key, code)
      if (step === null) return false
      const totp = { key, usedStep: step, failures: 0, pausedUntil: 0 }
      await shelf.change(id, (now) => ({ ...now, id, totp }))
      return true
    },
    async checkCode({ id }, code) {
      const known = (await shelf.get(id))?.totp
      if (!known) throw notEnrolled()
      const step = await matchingStep(known.key, code)
      const time = clock.now().getTime()
      // Decided in one transaction, on what is stored at that moment: two tabs cannot take one code, nor ten tries.
      let verdict: CodeVerdict = { status: 'right' }
      await shelf.change(id, (record) => {
        if (!record?.totp) throw notEnrolled()
        const [next, said] = judge(record.totp, step, time)
        verdict = said
        return { ...record, totp: next }
      })
      return verdict
    },
    async enrolPasskey({ id }, name, signal) {
      const passkey = await ports.enrolPasskey(name, signal)
      await shelf.change(id, (now) => ({ ...now, id, passkey }))
    },
    async confirmByPasskey({ id }, digests, signal) {
      const passkey = (await shelf.get(id))?.passkey
      if (!passkey) throw notEnrolled()
      const nonce = toHex(random.bytes(16))
      const text = JSON.stringify({ purpose: 'countersign-consent/1', nonce, documents: digests })
      const challenge = new Uint8Array(await subtle.digest('SHA-256', utf8(text)))
      await ports.askPasskey(passkey, challenge, signal)
      return { nonce, challenge: toHex(challenge) }
    },
    passkeysAllowed: ports.passkeysAllowed,
  }
}

type Totp = NonNullable<GateRecord['totp']>

function judge(totp: Totp, step: number | null, time: number): [Totp, CodeVerdict] {
  if (time < totp.pausedUntil) return [totp, { status: 'paused', until: new Date(totp.pausedUntil) }]
  if (step !== null) {
    if (step <= totp.usedStep) return [totp, { status: 'used' }]
    return [{ ...totp, usedStep: step, failures: 0, pausedUntil: 0 }, { status: 'right' }]
  }
  const failures = totp.failures + 1
  if (failures < TRIES)
    return [
      { ...totp, failures },
      { status: 'wrong', triesLeft: TRIES - failures },
    ]
  const pausedUntil = time + Math.min(PAUSE_MS * 2 ** (failures - TRIES), LONGEST_PAUSE_MS)
  return [
    { ...totp, failures, pausedUntil },
    { status: 'paused', until: new Date(pausedUntil) },
  ]
}

function notEnrolled(): SignError {
  return new SignError('CONSENT_NOT_ENROLLED', 'nothing to confirm with was set up for this key')
}
