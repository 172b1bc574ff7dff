import type { DigestName } from '../algorithms.ts'
import type { Engine } from '../ports.ts'
import { digestBytes } from '../suites/digest.ts'
import type { Certificate } from './certificate.ts'

const known = new WeakMap<Certificate, Map<DigestName, Promise<Uint8Array>>>()

/** Digest of the whole certificate, as signed attributes name it (RFC 5035, 3). Worked out once. */
export function certificateDigest(engine: Engine, name: DigestName, certificate: Certificate): Promise<Uint8Array> {
  const digests = known.get(certificate) ?? new Map<DigestName, Promise<Uint8Array>>()
  known.set(certificate, digests)
  const digest = digests.get(name) ?? digestBytes(engine, name, certificate.der)
  digests.set(name, digest)
  return digest
}
