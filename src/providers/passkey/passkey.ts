import { SignError, isAbort } from '../../core/errors.ts'

/** 32 octets that only this passkey gives for this salt, after the person was verified. WebAuthn Level 3, 10.1.4 (prf). */
export type PasskeySecret = Readonly<{
  kind: 'passkey'
  credentialId: Uint8Array<ArrayBuffer>
  salt: Uint8Array<ArrayBuffer>
  secret: Uint8Array<ArrayBuffer>
}>

type PrfResults = { prf?: { enabled?: boolean; results?: { first?: ArrayBuffer } } }

export const TIMEOUT_MS = 120_000

/** Whether this page may ask for passkeys at all; a frame needs the embedding page's permission. Never prompts. */
export async function passkeysAvailable(): Promise<boolean> {
  if (typeof PublicKeyCredential === 'undefined') return false
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false)
}

/**
 * Makes a passkey whose only purpose is to open a key backup. Call it from a click.
 *
 * @param name what the person sees in the passkey list of the device
 * @throws SignError `KEY_PASSKEY_WITHOUT_PRF` when this authenticator gives no secret; `KEY_DECLINED`
 */
export async function enrolPasskey(name: string, signal: AbortSignal): Promise<PasskeySecret> {
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const credential = await ceremony(() =>
    navigator.credentials.create({
      signal,
      publicKey: {
        rp: { name: 'Countersign' },
        user: { id: crypto.getRandomValues(new Uint8Array(16)), name, displayName: name },
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key' as const, alg })),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        timeout: TIMEOUT_MS,
        extensions: { prf: { eval: { first: salt } } } as AuthenticationExtensionsClientInputs,
      },
    }),
  )
  const credentialId = new Uint8Array(credential.rawId)
  const results = credential.getClientExtensionResults() as PrfResults
  if (results.prf?.enabled !== true) {
    throw new SignError('KEY_PASSKEY_WITHOUT_PRF', 'the authenticator has no PRF extension')
  }
  const first = results.prf.results?.first
  // Some authenticators evaluate only when the passkey is used.
  if (!first) return askPasskey([{ credentialId, salt }], signal)
  return { kind: 'passkey', credentialId, salt, secret: new Uint8Array(first) }
}

/**
 * Asks for one of these passkeys. The credentials are pinned: a discoverable request could pick another one, whose
 * secret opens nothing.
 *
 * @throws SignError `KEY_PASSKEY_WITHOUT_PRF`, `KEY_DECLINED`
 */
export async function askPasskey(
  known: readonly Readonly<{ credentialId: Uint8Array<ArrayBuffer>; salt: Uint8Array<ArrayBuffer> }>[],
  signal: AbortSignal,
): Promise<PasskeySecret> {
  const evalByCredential = Object.fromEntries(
    known.map(({ credentialId, salt }) => [base64Url(credentialId), { first: salt }]),
  )
  const credential = await ceremony(() =>
    navigator.credentials.get({
      signal,
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        allowCredentials: known.map(({ credentialId }) => ({ type: 'public-key', id: credentialId })),
        userVerification: 'required',
        timeout: TIMEOUT_MS,
        extensions: { prf: { evalByCredential } } as AuthenticationExtensionsClientInputs,
      },
    }),
  )
  const credentialId = new Uint8Array(credential.rawId)
  const chosen = known.find((one) => base64Url(one.credentialId) === base64Url(credentialId))
  const first = (credential.getClientExtensionResults() as PrfResults).prf?.results?.first
  if (!chosen || !first) throw new SignError('KEY_PASSKEY_WITHOUT_PRF', 'the passkey gave no secret')
  return { kind: 'passkey', credentialId, salt: chosen.salt, secret: new Uint8Array(first) }
}

/** DOMException names by WebAuthn Level 3, 5.1.3 and 5.1.4: a time-out and a refusal look the same, on purpose. */
export async function ceremony(run: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await run()
    if (credential instanceof PublicKeyCredential) return credential
    throw new SignError('KEY_DECLINED', 'no passkey was given')
  } catch (cause) {
    if (isAbort(cause) || cause instanceof SignError) throw cause
    const name = cause instanceof Error ? cause.name : ''
    const code = name === 'NotAllowedError' || name === 'InvalidStateError' ? 'KEY_DECLINED' : 'KEY_PASSKEY_UNAVAILABLE'
    throw new SignError(code, `the passkey was not given: ${name}`, { cause })
  }
}

export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
}
