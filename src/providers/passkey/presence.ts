import { concatBytes, equalBytes, utf8 } from '../../core/bytes/bytes.ts'
import { SignError } from '../../core/errors.ts'
import { ecdsaFromDer } from '../../core/suites/ecdsa-value.ts'
import { base64Url, ceremony, TIMEOUT_MS } from './passkey.ts'

/** A passkey whose answers can be checked. `publicKey` is SPKI; `algorithm` of COSE: -7 ES256, -8 EdDSA, -257 RS256. */
export type KnownPasskey = Readonly<{
  credentialId: Uint8Array<ArrayBuffer>
  publicKey: Uint8Array<ArrayBuffer>
  algorithm: number
}>

const ALGORITHMS = [-7, -8, -257] as const

/** Whether the page around this frame lets it ask; a top-level page may always. Permissions Policy, `publickey-credentials-get`. */
export function passkeysAllowed(): boolean {
  if (typeof PublicKeyCredential === 'undefined') return false
  const { featurePolicy } = document as { featurePolicy?: { allowsFeature(name: string): boolean } }
  return featurePolicy?.allowsFeature('publickey-credentials-get') ?? true
}

/**
 * Makes a passkey that will confirm. Call it from a click.
 *
 * @param name what the person sees in the passkey list of the device
 * @throws SignError `KEY_DECLINED`, `KEY_PASSKEY_UNAVAILABLE`; AbortError
 */
export async function enrolConfirmation(name: string, signal: AbortSignal): Promise<KnownPasskey> {
  const { rawId, response } = await ceremony(() =>
    navigator.credentials.create({
      signal,
      publicKey: {
        rp: { name: 'Countersign' },
        user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        timeout: TIMEOUT_MS,
      },
    }),
  )
  const made = response as AuthenticatorAttestationResponse
  const publicKey = made.getPublicKey()
  if (!publicKey) throw new SignError('KEY_PASSKEY_UNAVAILABLE', 'the authenticator uses a key that nobody here reads')
  return {
    credentialId: new Uint8Array(rawId),
    publicKey: new Uint8Array(publicKey),
    algorithm: made.getPublicKeyAlgorithm(),
  }
}

/**
 * Has this passkey answer this challenge, with the person verified, and checks the answer: WebAuthn Level 3, 7.2.
 *
 * @throws SignError `CONSENT_PASSKEY_FAILED`, `KEY_DECLINED`, `KEY_PASSKEY_UNAVAILABLE`; AbortError
 */
export async function askConfirmation(
  passkey: KnownPasskey,
  challenge: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<void> {
  const { response } = await ceremony(() =>
    navigator.credentials.get({
      signal,
      publicKey: {
        challenge,
        allowCredentials: [{ type: 'public-key', id: passkey.credentialId }],
        userVerification: 'required',
        timeout: TIMEOUT_MS,
      },
    }),
  )
  const { clientDataJSON, authenticatorData, signature } = response as AuthenticatorAssertionResponse
  const answer = {
    clientData: new Uint8Array(clientDataJSON),
    authenticatorData: new Uint8Array(authenticatorData),
    signature: new Uint8Array(signature),
  }
  const problem = await faultOf(answer, passkey, challenge, location)
  if (problem !== null) throw new SignError('CONSENT_PASSKEY_FAILED', `the passkey's answer does not hold: ${problem}`)
}

export type PasskeyAnswer = Readonly<{
  clientData: Uint8Array<ArrayBuffer>
  authenticatorData: Uint8Array<ArrayBuffer>
  signature: Uint8Array<ArrayBuffer>
}>

const USER_PRESENT = 1
const USER_VERIFIED = 4

/** What is wrong with an answer; null when it holds. WebAuthn Level 3, 7.2, steps 11 to 21. */
export async function faultOf(
  { clientData, authenticatorData, signature }: PasskeyAnswer,
  passkey: KnownPasskey,
  challenge: Uint8Array,
  site: Readonly<{ origin: string; hostname: string }>,
): Promise<'type' | 'challenge' | 'origin' | 'site' | 'person' | 'signature' | null> {
  const said = JSON.parse(new TextDecoder().decode(clientData)) as Record<string, unknown>
  if (said['type'] !== 'webauthn.get') return 'type'
  if (said['challenge'] !== base64Url(challenge)) return 'challenge'
  if (said['origin'] !== site.origin) return 'origin'
  const siteHash = await sha256(utf8(site.hostname))
  if (!equalBytes(authenticatorData.subarray(0, 32), siteHash)) return 'site'
  const flags = authenticatorData[32] ?? 0
  if ((flags & USER_PRESENT) === 0 || (flags & USER_VERIFIED) === 0) return 'person'
  const signed = concatBytes([authenticatorData, await sha256(clientData)])
  return (await verifies(passkey, signature, signed)) ? null : 'signature'
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** By COSE algorithm (RFC 9053). */
const HOW: Readonly<Record<number, { name: string; namedCurve?: string; hash?: string }>> = {
  [-7]: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  [-8]: { name: 'Ed25519' },
  [-257]: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
}

/** An ES256 value comes as DER. */
async function verifies(
  { publicKey, algorithm }: KnownPasskey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const how = HOW[algorithm]
  const value = algorithm === -7 ? ecdsaFromDer(signature, 32) : signature
  if (!how || !value) return false
  const key = await crypto.subtle.importKey('spki', publicKey, how, false, ['verify'])
  return crypto.subtle.verify(how, key, value, signed)
}
