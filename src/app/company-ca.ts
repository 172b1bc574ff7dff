import { encodePem } from '../core/bytes/pem.ts'
import { fromBase64, fromHex, toBase64 } from '../core/bytes/bytes.ts'
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
  /** The request, base64 of its DER, and where the CRL is published: what issuing again needs. Absent: issued before this was kept. */
  again?: Readonly<{ request: string; crlUrl?: string }>
}>

/** What the CA remembers; kept beside its key. */
export type Registry = Readonly<{ version: 1; crlNumber: number; issued: readonly IssuedCertificate[] }>

export type RequestSummary = Readonly<{
  subject: NameFacts
  algorithm: string
  bits: number
  /** Signed by its own key. */
  proven: boolean
}>

export interface CompanyCa {
  /** The keys, of this browser and of tokens that were opened, whose certificate is a CA. */
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
  /** A new certificate for the key and name of one that was issued. @throws as `issue`; SignError `KEY_NOT_FOUND` */
  issueAgain(ca: KeyRef, serialNumber: string, years: number, signal?: AbortSignal): Promise<SignedFile>
  /** A new CA certificate for the same key and name: what it issued before stays valid. @throws as ManageKeys.create */
  renew(ca: KeyRef, years: number, signal?: AbortSignal): Promise<KeyCard>
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
    return (await keys.list()).keys.filter((card) => card.certificate.isCa)
  }

  /** Makes the CA certificate over what the key's present certificate says of key and validity. */
  async function certify(
    ref: KeyRef,
    name: NameInput | Uint8Array,
    validity: Readonly<{ notBefore: Date; notAfter: Date }>,
    signal: AbortSignal,
  ): Promise<KeyCard> {
    const key = await keys.find(ref, signal)
    const { spki } = parseCertificate(key.signer.certificate)
    const mechanism = mechanismOf(key)
    const input = { name, spki, mechanism, ...validity }
    const der = await buildAuthority(input, ports, (octets) => key.sign(octets, mechanism, signal))
    await store.installCertificate(ref.id, der, [])
    const card = (await caCards()).find((one) => one.ref.provider === ref.provider && one.ref.id === ref.id)
    if (!card) throw new SignError('KEY_CREATION_FAILED', 'the CA certificate was not kept')
    return card
  }

  return {
    authorities: caCards,
    registry,

    async create({ algorithm, subject, years }, signal = new AbortController().signal) {
      const made = await keys.create({ algorithm, subject, years }, signal)
      try {
        const { notBefore, notAfter } = made.certificate
        return await certify(made.ref, { ...subject }, { notBefore, notAfter }, signal)
      } catch (error) {
        await keys.remove(made.ref).catch(() => undefined)
        throw error
      }
    },

    async renew(ca, years, signal = new AbortController().signal) {
      if (!Number.isInteger(years) || years < 1 || years > 30) throw new RangeError('years: 1 to 30')
      if (ca.provider !== store.id) throw new RangeError('the certificate of a token is renewed where it was issued')
      const card = (await caCards()).find(({ ref }) => ref.provider === ca.provider && ref.id === ca.id)
      if (!card) throw new SignError('KEY_NOT_FOUND', 'no such authority')
      const notBefore = now()
      const { subject } = parseCertificate(card.certificate.der)
      return certify(ca, subject.der, { notBefore, notAfter: yearsLater(notBefore, years) }, signal)
    },

    async issueAgain(ca, serialNumber, years, signal) {
      const before = (await registry(ca)).issued.find((one) => one.serialNumber === serialNumber)
      if (!before?.again) throw new SignError('KEY_NOT_FOUND', 'the request of this certificate was not kept')
      const { request, crlUrl } = before.again
      const blob = new Blob([new Uint8Array(fromBase64(request))])
      return this.issue(ca, blob, { years, ...(crlUrl ? { crlUrl } : {}), ...(signal ? { signal } : {}) })
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
      const wanted = yearsLater(notBefore, years)
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
        // A confirmed name that is not the request's own is the person's word of that day: it is asked again.
        ...(name ? {} : { again: { request: toBase64(request.der), ...(crlUrl ? { crlUrl } : {}) } }),
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

function yearsLater(start: Date, years: number): Date {
  const end = new Date(start)
  end.setUTCFullYear(end.getUTCFullYear() + years)
  return end
}

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
