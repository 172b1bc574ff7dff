import { SignError } from '../core/errors.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type { KeyStore, SigningKey } from '../core/keys.ts'
import type { Clock, Ports } from '../core/ports.ts'
import { encodePem } from '../core/bytes/pem.ts'
import { equalBytes } from '../core/bytes/bytes.ts'
import { buildSelfSigned } from '../core/x509/build.ts'
import { parseCertificate } from '../core/x509/certificate.ts'
import { nameFacts, type NameInput } from '../core/x509/name.ts'
import { readCertificates } from '../core/x509/read-certificates.ts'
import { buildRequest } from '../core/x509/request.ts'
import type { KeyAccess, KeyCard, KeyRef, ManageKeys } from './manage-keys.ts'
import { safeName } from './name-files.ts'

export interface CertificateRequests {
  /** A PKCS#10 request (PEM) signed by this key, also by one on a token. `name` corrects what its certificate says. */
  request(ref: KeyRef, name: NameInput | null, signal?: AbortSignal): Promise<SignedFile>
  /**
   * Takes in a CA's answer (PEM, DER or a PKCS#7 chain) and finds the key that it belongs to. The old certificate is replaced
   * only when the new one proved to carry the key.
   *
   * @throws SignError `KEY_CERTIFICATE_MALFORMED` nothing readable, `KEY_CERTIFICATE_MISMATCH` no key of this browser has it
   */
  install(file: Blob): Promise<KeyCard>
  /** A new self-signed certificate for the same key and name. @throws RangeError years; SignError `KEY_*` */
  renewSelfSigned(ref: KeyRef, years: number, signal?: AbortSignal): Promise<KeyCard>
}

export type CertificateRequestsPorts = Readonly<{
  keys: ManageKeys & KeyAccess
  store: KeyStore
  clock: Clock
  ports: Pick<Ports, 'engine' | 'random'>
}>

export function createCertificateRequests({
  keys,
  store,
  clock,
  ports,
}: CertificateRequestsPorts): CertificateRequests {
  async function cardOf(id: string): Promise<KeyCard> {
    const card = (await keys.list()).keys.find(({ ref }) => ref.provider === store.id && ref.id === id)
    if (!card) throw new SignError('KEY_NOT_FOUND', `no key ${id}`)
    return card
  }

  return {
    async request(ref, name, signal = new AbortController().signal) {
      const key = await keys.find(ref, signal)
      const { subject, spki } = parseCertificate(key.signer.certificate)
      const mechanism = firstMechanism(key)
      const sign = (octets: Uint8Array): Promise<Uint8Array> => key.sign(octets, mechanism, signal)
      const der = await buildRequest(
        { name: name ?? plainName(nameFacts(subject)), spki, mechanism },
        ports.engine,
        sign,
      )
      const pem = encodePem('CERTIFICATE REQUEST', der)
      return { name: `${safeName(key.label)}.csr`, blob: new Blob([pem]), type: 'application/pkcs10' }
    },

    async install(file) {
      const found = readCertificates(new Uint8Array(await file.arrayBuffer()))
      if (found.length === 0) throw new SignError('KEY_CERTIFICATE_MALFORMED', 'no certificate in this file')
      // The issuer's own key may be here too (the company CA): the certificate with the longest way up is the one asked for.
      const matches = (await store.stored()).flatMap(({ id, signer }) => {
        const { spki } = parseCertificate(signer.certificate)
        return found
          .filter((der) => equalBytes(parseCertificate(der).spki, spki))
          .map((leaf) => ({ id, leaf, chain: chainOf(leaf, found) }))
      })
      const [match] = matches.toSorted((a, b) => b.chain.length - a.chain.length)
      if (match) {
        await store.installCertificate(match.id, match.leaf, match.chain)
        return cardOf(match.id)
      }
      throw new SignError('KEY_CERTIFICATE_MISMATCH', 'no key of this browser belongs to this certificate')
    },

    async renewSelfSigned(ref, years, signal = new AbortController().signal) {
      if (!Number.isInteger(years) || years < 1 || years > 30) throw new RangeError('years: 1 to 30')
      const key = await keys.find(ref, signal)
      const { subject, spki } = parseCertificate(key.signer.certificate)
      const mechanism = firstMechanism(key)
      const notBefore = new Date(Math.floor(clock.now().getTime() / 1000) * 1000)
      const notAfter = new Date(notBefore)
      notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years)
      const name = plainName(nameFacts(subject))
      const input = { name, subject: subject.der, spki, mechanism, notBefore, notAfter }
      const der = await buildSelfSigned(input, ports, (octets) => key.sign(octets, mechanism, signal))
      await store.installCertificate(ref.id, der, [])
      return cardOf(ref.id)
    },
  }
}

function firstMechanism(key: SigningKey): SigningKey['signer']['mechanisms'][number] {
  const [mechanism] = key.signer.mechanisms
  if (!mechanism) throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this key cannot sign here')
  return mechanism
}

function plainName({ commonName, organization, email, country }: ReturnType<typeof nameFacts>): NameInput {
  return {
    commonName: commonName ?? 'Unnamed',
    ...(organization ? { organization } : {}),
    ...(email ? { email } : {}),
    ...(country ? { country } : {}),
  }
}

/** Issuers by name, nearest first, among what came in the same file. */
function chainOf(leaf: Uint8Array, found: readonly Uint8Array[]): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  let current = parseCertificate(leaf)
  while (chain.length < found.length) {
    const { issuer, subject } = current
    if (equalBytes(issuer.der, subject.der)) break
    const next = found.find((der) => !chain.includes(der) && equalBytes(parseCertificate(der).subject.der, issuer.der))
    if (!next) break
    chain.push(next)
    current = parseCertificate(next)
  }
  return chain
}
