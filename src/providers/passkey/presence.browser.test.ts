import { cdp } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { base64Url } from './passkey.ts'
import { askConfirmation, enrolConfirmation, faultOf, passkeysAllowed, type PasskeyAnswer } from './presence.ts'

type Cdp = { send(method: string, params?: object): Promise<{ authenticatorId: string }> }
const session = (): Cdp => cdp() as unknown as Cdp
const signal = new AbortController().signal
const challenge = (text: string) => new TextEncoder().encode(text)

let authenticatorId = ''
const verified = (isUserVerified: boolean) =>
  session().send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })

beforeEach(async () => {
  await session().send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  }
  ;({ authenticatorId } = await session().send('WebAuthn.addVirtualAuthenticator', { options }))
})
afterEach(() => session().send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }))

test('the enrolled passkey confirms; another one, or one that is gone, does not', async () => {
  expect(passkeysAllowed()).toBe(true)
  const passkey = await enrolConfirmation('Olena', signal)
  expect(passkey.algorithm).toBe(-7)
  await askConfirmation(passkey, challenge('these documents'), signal)
  const other = await enrolConfirmation('Somebody else', signal)
  const swapped = { ...passkey, credentialId: other.credentialId }
  await expect(askConfirmation(swapped, challenge('these documents'), signal)).rejects.toMatchObject({
    code: 'CONSENT_PASSKEY_FAILED',
  })
})

test('a device that cannot verify the person confirms nothing', async () => {
  const passkey = await enrolConfirmation('Olena', signal)
  await verified(false)
  await expect(askConfirmation(passkey, challenge('x'), signal)).rejects.toMatchObject({ code: 'KEY_DECLINED' })
})

test('an answer holds only for its own challenge, site, person and key', async () => {
  const passkey = await enrolConfirmation('Olena', signal)
  const ask = async (userVerification: UserVerificationRequirement): Promise<PasskeyAnswer> => {
    const credential = (await navigator.credentials.get({
      publicKey: {
        challenge: challenge('mine'),
        allowCredentials: [{ type: 'public-key', id: passkey.credentialId }],
        userVerification,
      },
    })) as PublicKeyCredential
    const response = credential.response as AuthenticatorAssertionResponse
    return {
      clientData: new Uint8Array(response.clientDataJSON),
      authenticatorData: new Uint8Array(response.authenticatorData),
      signature: new Uint8Array(response.signature),
    }
  }
  const answer = await ask('required')
  const text = new TextDecoder().decode(answer.clientData)
  const saying = (from: string, to: string) => ({ ...answer, clientData: challenge(text.replace(from, to)) })
  const fault = (one: PasskeyAnswer, of = 'mine', site: { origin: string; hostname: string } = location) =>
    faultOf(one, passkey, challenge(of), site)
  expect(await fault(answer)).toBeNull()
  expect(await fault(answer, 'other documents')).toBe('challenge')
  expect(await fault(answer, 'mine', { origin: 'https://evil.example', hostname: location.hostname })).toBe('origin')
  expect(await fault(answer, 'mine', { origin: location.origin, hostname: 'evil.example' })).toBe('site')
  expect(await fault(saying('webauthn.get', 'webauthn.create'))).toBe('type')
  // Whoever writes another challenge into the answer breaks its signature.
  const forged = base64Url(challenge('evil'))
  expect(await fault(saying(base64Url(challenge('mine')), forged), 'evil')).toBe('signature')
  const flipped = answer.signature.slice()
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
  expect(await fault({ ...answer, signature: flipped })).toBe('signature')
  expect(await fault({ ...answer, signature: new Uint8Array(3) })).toBe('signature')
  await verified(false)
  expect(await fault(await ask('discouraged'))).toBe('person')
})
