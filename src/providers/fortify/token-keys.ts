import { mechanismsFor } from '../../core/algorithms.ts'
import { toHex } from '../../core/bytes/bytes.ts'
import { SignError } from '../../core/errors.ts'
import type { Mechanism, SigningKey } from '../../core/keys.ts'
import { parseCertificate } from '../../core/x509/certificate.ts'
import { nameFacts, nameText } from '../../core/x509/name.ts'
import type { TokenCrypto, TokenInfo } from './client.ts'

/** Runs one exchange with the bridge under a deadline, errors translated. */
export type Step = <T>(work: Promise<T>, milliseconds: number, signal: AbortSignal) => Promise<T>

const MACHINE_MS = 15_000
/** Some tokens ask for a touch or a second PIN for each signature. */
const SIGN_MS = 180_000

/** The certificates of one token that have their private key beside them (same CKA_ID), the chain from the token where it has it. */
export async function tokenKeys(crypto: TokenCrypto, token: TokenInfo, step: Step): Promise<readonly SigningKey[]> {
  const signal = new AbortController().signal
  const privateKeys = (await step(crypto.keyStorage.keys(), MACHINE_MS, signal)).filter((id) =>
    id.startsWith('private-'),
  )
  const indexes = await step(crypto.certStorage.keys(), MACHINE_MS, signal)
  const keys: SigningKey[] = []
  for (const index of indexes.filter((id) => id.startsWith('x509-'))) {
    const privateKey = privateKeys.find((id) => ckaId(id) === ckaId(index))
    if (privateKey) keys.push(await tokenKey(crypto, token, index, privateKey, step))
  }
  return keys
}

/** `x509-<PKCS#11 handle>-<CKA_ID>`: the handle changes between sessions, the CKA_ID joins certificate and key. */
const ckaId = (index: string): string | undefined => index.split('-')[2]

export async function tokenKey(
  crypto: TokenCrypto,
  token: TokenInfo,
  index: string,
  privateKey: string,
  step: Step,
): Promise<SigningKey> {
  const signal = new AbortController().signal
  const item = await step(crypto.certStorage.getItem(index), MACHINE_MS, signal)
  const der = new Uint8Array(await step(crypto.certStorage.exportCert('raw', item), MACHINE_MS, signal))
  const chain = await readChain(crypto, item, der, step, signal)
  const certificate = parseCertificate(der)
  const mechanisms = mechanismsFor(certificate.spki).filter((mechanism) => tokenHas(token, mechanism))
  return {
    id: toHex(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', der))),
    label: `${nameFacts(certificate.subject).commonName ?? nameText(certificate.subject)} · ${token.name}`,
    device: token.name,
    signer: { certificate: der, chain, mechanisms },
    async sign(dtbs, mechanism, own) {
      own.throwIfAborted()
      if (!mechanisms.some((one) => one.signature === mechanism.signature && one.digest === mechanism.digest)) {
        throw new SignError(
          'KEY_ALGORITHM_UNSUPPORTED',
          `${token.name} has no ${mechanism.signature} with ${mechanism.digest}`,
        )
      }
      const { key, algorithm } = p11Algorithms(mechanism)
      // The key object of the session: asked for with the scheme, since a PKCS#11 key does not know its hash.
      const handle = await step(crypto.keyStorage.getItem(privateKey, key, false, ['sign']), MACHINE_MS, own)
      return new Uint8Array(await step(crypto.subtle.sign(algorithm, handle, dtbs), SIGN_MS, own))
    },
  }
}

async function readChain(
  crypto: TokenCrypto,
  item: object,
  leaf: Uint8Array,
  step: Step,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const items = await step(crypto.certStorage.getChain(item), MACHINE_MS, signal).catch(() => [])
  return items
    .filter((entry) => entry.type === 'x509')
    .map((entry) => new Uint8Array(entry.value))
    .filter((der) => der.length !== leaf.length || der.some((byte, at) => byte !== leaf[at]))
}

/** A card that OpenSC reads as generic has no ECDSA mechanism although it holds an EC key: offer only what it names. */
function tokenHas(token: TokenInfo, { signature }: Mechanism): boolean {
  const name = signature.startsWith('ECDSA') ? 'ECDSA' : signature
  return token.algorithms.includes(name)
}

type P11 = { key: Algorithm; algorithm: Algorithm }

function p11Algorithms({ signature, digest }: Mechanism): P11 {
  switch (signature) {
    case 'RSASSA-PKCS1-v1_5':
    case 'RSA-PSS': {
      const algorithm = { name: signature, hash: digest, saltLength: Number(digest.slice(4)) / 8 }
      return { key: { name: signature, hash: digest } as Algorithm, algorithm: algorithm as Algorithm }
    }
    case 'ECDSA-P256':
    case 'ECDSA-P384':
    case 'ECDSA-P521': {
      const namedCurve = `P-${signature.slice(7)}`
      const key: EcKeyImportParams = { name: 'ECDSA', namedCurve }
      const algorithm: EcdsaParams = { name: 'ECDSA', hash: digest }
      return { key, algorithm }
    }
    case 'Ed25519':
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      throw new SignError('KEY_MECHANISM_MISSING', `the bridge has no ${signature}`)
  }
}
