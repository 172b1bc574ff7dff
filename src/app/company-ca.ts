import { encodePem } from '../core/bytes/pem.ts'
import { fromHex } from '../core/bytes/bytes.ts'
import { SignError } from '../core/errors.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type { KeyStore, SigningKey, SubjectName } from '../core/keys.ts'
import type { Clock, Ports } from '../core/ports.ts'
import { buildCrl, type RevocationReason } from '../core/revocation/build-crl.ts'
import type { NameFacts } from '../core/validation/facts.ts'
import { buildAuthority, issueCertificate } from '../core/x509/authority.ts'
import { certificateFacts, parseCertificate } from '../core/x509/certificate.ts'
import { nameFacts, type NameInput } from '../core/x509/name.ts'
import { parsePem } from '../core/bytes/pem.ts'
import { parseRequest, verifyRequest, type CertificationRequest } from '../core/x509/request.ts'
import type { CreateKeyRequest, KeyAccess, KeyCard, KeyRef, ManageKeys } from './manage-keys.ts'
import { safeName } from './name-files.ts'

export type IssuedCertificate = Readonly<{
  /** Lower-case hex. */
  serialNumber: string
  subject: string
  issuedAt: string
  notAfter: string
  revoked: null | Readonly<{ at: string; reason: RevocationReason }>
}>

/** What the CA remembers; kept beside its key, exported and imported as a file. */
export type Registry = Readonly<{ version: 1; crlNumber: number; issued: readonly IssuedCertificate[] }>

export type RequestSummary = Readonly<{
  subject: NameFacts
  algorithm: string
  bits: number
  /** Signed by its own key. */
  proven: boolean
}>

export interface CompanyCa {
  /** The keys of this browser whose certificate is a CA. */
  authorities(): Promise<readonly KeyCard[]>
  /** A key and a self-signed CA certificate, for certificates of the company's own signers. @throws as ManageKeys.create */
  create(request: Pick<CreateKeyRequest, 'algorithm' | 'subject' | 'years'>, signal?: AbortSignal): Promise<KeyCard>
  /** @throws SignError `KEY_REQUEST_INVALID` */
  inspect(request: Blob): Promise<RequestSummary>
  /** PEM of the certificate followed by the CA's. @throws SignError `KEY_REQUEST_INVALID`, `KEY_CERTIFICATE_EXPIRED` */
  issue(
    ca: KeyRef,
    request: Blob,
    options: { years: number; name?: SubjectName; crlUrl?: string; signal?: AbortSignal },
  ): Promise<SignedFile>
  registry(ca: KeyRef): Promise<Registry>
  /** For ever. @throws SignError `KEY_NOT_FOUND` for a serial number that this CA did not issue */
  revoke(ca: KeyRef, serialNumber: string, reason: RevocationReason): Promise<Registry>
  /** A CRL valid for `days`, to be published. */
  publishCrl(ca: KeyRef, days: number, signal?: AbortSignal): Promise<SignedFile>
}

export type CompanyCaPorts = Readonly<{
  keys: ManageKeys & KeyAccess
  store: KeyStore
  clock: Clock
  ports: Pick<Ports, 'engine' | 'random'>
  settings: { setting(name: string): Promise<unknown>; putSetting(name: string, value: unknown): Promise<void> }
}>

const DAY = 24 * 3600 * 1000

export function createCompanyCa(world: CompanyCaPorts): CompanyCa {
  const { keys, store, clock, ports } = world
  const now = (): Date => new Date(Math.floor(clock.now().getTime() / 1000) * 1000)

  async function registry(ca: KeyRef): Promise<Registry> {
    const kept = await world.settings.setting(`ca-registry/${ca.id}`)
    return isRegistry(kept) ? kept : { version: 1, crlNumber: 0, issued: [] }
  }
  const keep = async (ca: KeyRef, next: Registry): Promise<Registry> => {
    await world.settings.putSetting(`ca-registry/${ca.id}`, next)
    return next
  }
  async function caCards(): Promise<readonly KeyCard[]> {
    return (await keys.list()).keys.filter((card) => card.managed && card.certificate.isCa)
  }

  return {
    authorities: caCards,
    registry,

    async create({ algorithm, subject, years }, signal = new AbortController().signal) {
      const made = await keys.create({ algorithm, subject, years }, signal)
      try {
        const key = await keys.find(made.ref, signal)
        const { certificate, spki } = { certificate: made.certificate, ...parseCertificate(key.signer.certificate) }
        const mechanism = mechanismOf(key)
        const name: NameInput = { ...subject }
        const input = { name, spki, mechanism, notBefore: certificate.notBefore, notAfter: certificate.notAfter }
        const der = await buildAuthority(input, ports, (octets) => key.sign(octets, mechanism, signal))
        await store.installCertificate(made.ref.id, der, [])
      } catch (error) {
        await keys.remove(made.ref).catch(() => undefined)
        throw error
      }
      const card = (await caCards()).find(({ ref }) => ref.id === made.ref.id)
      if (!card) throw new SignError('KEY_CREATION_FAILED', 'the CA certificate was not kept')
      return card
    },

    async inspect(blob) {
      const request = await readRequest(blob)
      const { valid } = await verifyRequest(ports.engine, request)
      const { algorithm, bits, curve } = request.publicKey
      return { subject: nameFacts(request.subject), algorithm: curve ?? algorithm, bits, proven: valid === true }
    },

    async issue(ca, blob, { years, name, crlUrl, signal = new AbortController().signal }) {
      const request = await readRequest(blob)
      const key = await keys.find(ca, signal)
      const authority = parseCertificate(key.signer.certificate)
      const mechanism = mechanismOf(key)
      const notBefore = now()
      const wanted = new Date(notBefore)
      wanted.setUTCFullYear(wanted.getUTCFullYear() + years)
      const notAfter = wanted < authority.notAfter ? wanted : authority.notAfter
      const der = await issueCertificate(
        {
          authority: authority.der,
          mechanism,
          request,
          notBefore,
          notAfter,
          ...(name ? { name: { ...name } } : {}),
          ...(crlUrl ? { crlUrl } : {}),
        },
        ports,
        (octets) => key.sign(octets, mechanism, signal),
      )
      const facts = certificateFacts(parseCertificate(der))
      const entry: IssuedCertificate = {
        serialNumber: facts.serialNumber,
        subject: facts.subject.text,
        issuedAt: notBefore.toISOString(),
        notAfter: notAfter.toISOString(),
        revoked: null,
      }
      const before = await registry(ca)
      // Remembered before it is handed out: a certificate that the registry does not know could never be revoked.
      await keep(ca, { ...before, issued: [...before.issued, entry] })
      const pem = encodePem('CERTIFICATE', der) + encodePem('CERTIFICATE', authority.der)
      const label = facts.subject.commonName ?? facts.serialNumber
      return { name: `${safeName(label)}.pem`, blob: new Blob([pem]), type: 'application/x-pem-file' }
    },

    async revoke(ca, serialNumber, reason) {
      const before = await registry(ca)
      if (!before.issued.some((one) => one.serialNumber === serialNumber)) {
        throw new SignError('KEY_NOT_FOUND', 'this CA did not issue that serial number')
      }
      const revoked = { at: now().toISOString(), reason }
      const issued = before.issued.map((one) =>
        one.serialNumber === serialNumber && one.revoked === null ? { ...one, revoked } : one,
      )
      return keep(ca, { ...before, issued })
    },

    async publishCrl(ca, days, signal = new AbortController().signal) {
      if (!Number.isInteger(days) || days < 1 || days > 400) throw new RangeError('days: 1 to 400')
      const before = await registry(ca)
      const key = await keys.find(ca, signal)
      const mechanism = mechanismOf(key)
      const thisUpdate = now()
      const number = before.crlNumber + 1
      const revoked = before.issued.flatMap(({ serialNumber, revoked: how }) =>
        how ? [{ serialNumber: serialBytes(serialNumber), revokedAt: new Date(how.at), reason: how.reason }] : [],
      )
      const nextUpdate = new Date(thisUpdate.getTime() + days * DAY)
      const input = { authority: key.signer.certificate, mechanism, number, thisUpdate, nextUpdate, revoked }
      const der = await buildCrl(input, ports.engine, (octets) => key.sign(octets, mechanism, signal))
      await keep(ca, { ...before, crlNumber: number })
      return { name: `${safeName(key.label)}.crl`, blob: new Blob([new Uint8Array(der)]), type: 'application/pkix-crl' }
    },
  }
}

const serialBytes = (hex: string): Uint8Array => fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)

function mechanismOf(key: SigningKey): SigningKey['signer']['mechanisms'][number] {
  const [mechanism] = key.signer.mechanisms
  if (!mechanism) throw new SignError('KEY_ALGORITHM_UNSUPPORTED', 'this key cannot sign here')
  return mechanism
}

async function readRequest(blob: Blob): Promise<CertificationRequest> {
  if (blob.size > 1 << 20)
    throw new SignError('KEY_REQUEST_INVALID', 'larger than any request', { details: { why: 'size' } })
  const bytes = new Uint8Array(await blob.arrayBuffer())
  const pem = parsePem(bytes).find((block) => block.label.endsWith('CERTIFICATE REQUEST'))
  try {
    return parseRequest(pem?.bytes ?? bytes)
  } catch (cause) {
    throw new SignError('KEY_REQUEST_INVALID', 'not a PKCS#10 request', { cause, details: { why: 'malformed' } })
  }
}

function isRegistry(value: unknown): value is Registry {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'issued' in value &&
    Array.isArray(value.issued)
  )
}
