import type { Ports } from '../ports.ts'
import type { RevocationSource } from '../revocation/collect-chain.ts'
import type { CertificatePurpose } from '../x509/purpose.ts'
import { collectChain, type ChainFacts } from '../revocation/collect-chain.ts'
import type { CollectOptions } from './format.ts'

/** What every collector has at hand: the ports, and the material that came from outside the signature itself. */
export type CollectContext = Readonly<{
  ports: Ports
  /** DER, beside what a signature embeds: supplied by the person, or the document's security store. */
  certificates: readonly Uint8Array[]
  revocation: readonly RevocationSource[]
  /** Chains already worked out: time-stamps of one authority share theirs. */
  chains: Map<string, Promise<ChainFacts>>
  signal?: AbortSignal
}>

/** How much one chain may ask of the network. */
const FETCH = { maxRequests: 8 }

export function contextOf(ports: Ports, options: CollectOptions): CollectContext {
  const supplied = (kind: 'ocsp' | 'crl') => (der: Uint8Array) => ({ kind, der, origin: 'supplied' as const })
  return {
    ports,
    certificates: options.certificates ?? [],
    revocation: [...(options.ocspResponses ?? []).map(supplied('ocsp')), ...(options.crls ?? []).map(supplied('crl'))],
    chains: new Map(),
    ...(options.signal && { signal: options.signal }),
  }
}

/** The same context with more material, found within the document. */
export function withMaterial(
  context: CollectContext,
  certificates: readonly Uint8Array[],
  revocation: readonly RevocationSource[],
): CollectContext {
  return {
    ...context,
    certificates: [...context.certificates, ...certificates],
    revocation: [...context.revocation, ...revocation],
    chains: new Map(),
  }
}

/** Paths and revocation of a signer. Every certificate in reach may end a path: who is trusted, the policy says. */
export function chainOf(
  context: CollectContext,
  signer: Uint8Array,
  purpose: CertificatePurpose,
  embedded: Readonly<{ certificates: readonly Uint8Array[]; revocation: readonly RevocationSource[] }>,
): Promise<ChainFacts> {
  const key = [
    purpose,
    String(signer.subarray(-64)),
    sizes(embedded.certificates),
    sizes(embedded.revocation.map(({ der }) => der)),
  ].join(' ')
  const known = context.chains.get(key)
  if (known) return known
  const input = {
    signer,
    purpose,
    certificates: [...embedded.certificates, ...context.certificates],
    revocation: [...embedded.revocation, ...context.revocation],
    fetch: FETCH,
    ...(context.signal && { signal: context.signal }),
  }
  const chain = collectChain(input, context.ports)
  context.chains.set(key, chain)
  return chain
}

/** Tells signed objects apart by what they end with: their signature values. */
const sizes = (all: readonly Uint8Array[]): string =>
  all.map((der) => `${der.length}:${String(der.subarray(-16))}`).join(';')
