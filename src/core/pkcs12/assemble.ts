import { compareBytes, equalBytes } from '../bytes/bytes.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { parseCertificate, type Certificate } from '../x509/certificate.ts'
import type { Bags, CertificateBag, KeyBag } from './bags.ts'
import { plainPkcs8, publicKeyBits } from './private-key.ts'

export type KeyEntry = Readonly<{
  /** PrivateKeyInfo as engines import it (`plainPkcs8`), DER; drop it when it is imported. */
  pkcs8: Uint8Array
  /** DER, byte for byte; null: the file has none for this key. */
  certificate: Uint8Array | null
  /** Issuers found in the file, nearest first. */
  chain: readonly Uint8Array[]
  friendlyName?: string
}>

type Held = CertificateBag & Readonly<{ parsed: Certificate }>

/** Gives each key its certificate, by the public key itself and only then by localKeyId, and the issuers that the file holds. */
export async function assembleKeys(
  bags: Pick<Bags, 'keys' | 'certificates'>,
  engine: Engine,
): Promise<readonly KeyEntry[]> {
  const held = bags.certificates.flatMap((bag): readonly Held[] => {
    const parsed = readable(bag.der)
    return parsed === null ? [] : [{ ...bag, parsed }]
  })
  return Promise.all(bags.keys.map((key) => assembleKey(key, held, engine)))
}

/** A certificate that cannot be read must not cost the keys beside it. */
function readable(der: Uint8Array): Certificate | null {
  try {
    return parseCertificate(der)
  } catch (error) {
    if (error instanceof SignError) return null
    throw error
  }
}

async function assembleKey(key: KeyBag, held: readonly Held[], engine: Engine): Promise<KeyEntry> {
  const bits = await publicKeyBits(engine, key.pkcs8)
  const own =
    (bits === null ? undefined : held.find(({ parsed }) => equalBytes(parsed.publicKey.key, bits))) ??
    byId(key, held, bits)
  const friendlyName = key.friendlyName ?? own?.friendlyName
  return {
    pkcs8: plainPkcs8(key.pkcs8),
    certificate: own?.der ?? null,
    chain: own === undefined ? [] : issuersOf(own.parsed, held),
    ...(friendlyName === undefined ? {} : { friendlyName }),
  }
}

/** Only when the public key could not be had: a file that pairs a key with another's certificate is not believed. */
function byId({ localKeyId }: KeyBag, held: readonly Held[], bits: Uint8Array | null): Held | undefined {
  if (bits !== null || localKeyId === undefined) return undefined
  return held.find((bag) => bag.localKeyId !== undefined && equalBytes(bag.localKeyId, localKeyId))
}

/** By name only: whether they really issued is the path builder's question. */
export function issuersOf(
  leaf: Certificate,
  held: readonly Readonly<{ parsed: Certificate }>[],
): readonly Uint8Array[] {
  const chain: Certificate[] = []
  for (let current = leaf; chain.length < 16;) {
    if (equalBytes(current.issuer.der, current.subject.der)) break
    const { issuer } = current
    const next = held.find(({ parsed }) => equalBytes(parsed.subject.der, issuer.der))?.parsed
    if (next === undefined || [leaf, ...chain].some((one) => compareBytes(one.der, next.der) === 0)) break
    chain.push(next)
    current = next
  }
  return chain.map(({ der }) => der)
}
