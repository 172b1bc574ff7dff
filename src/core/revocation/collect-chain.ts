/**
 * Everything that can be known about a certificate's trust without a verdict: paths, revocation, and, where the place has a way
 * out, what AIA and distribution points offer. EN 319 102-1, 5.2.5 and 5.2.6 judge it.
 */
import type { Ports } from '../ports.ts'
import type { CertificateFacts, PathFacts, RevocationFacts } from '../validation/facts.ts'
import { certificateFacts } from '../x509/certificate.ts'
import { endOf, findPaths, hasFailure } from '../x509/find-paths.ts'
import type { FoundPath, PathSearch } from '../x509/find-paths.ts'
import { tryPathCertificate } from '../x509/path-certificate.ts'
import type { PathCertificate } from '../x509/path-certificate.ts'
import type { CertificatePurpose } from '../x509/purpose.ts'
import { signatureVerifier } from '../x509/signature-verifier.ts'
import { tryCrl } from './crl.ts'
import type { Crl } from './crl.ts'
import { reasonsCovered } from './crl-scope.ts'
import { crlFacts } from './crl-status.ts'
import type { CheckedCrl, Origin } from './crl-status.ts'
import { fetchIssuers, fetchRevocation } from './fetch.ts'
import { tryOcspResponse } from './ocsp.ts'
import { ocspFacts } from './ocsp-status.ts'
import type { OcspFact, OcspSource } from './ocsp-status.ts'
import { checkCrlSigner } from './signers.ts'

export type RevocationSource = Readonly<{
  kind: 'ocsp' | 'crl'
  /** OCSPResponse or BasicOCSPResponse; CertificateList. */
  der: Uint8Array
  origin: Origin
  /** What our request asked the responder to repeat. */
  nonce?: Uint8Array
}>

export type ChainInput = Readonly<{
  signer: Uint8Array
  purpose: CertificatePurpose
  /** DER of every certificate in reach; what cannot be read is passed over. */
  certificates: readonly Uint8Array[]
  /** DER of the anchors among them; a path that reaches one ends there. Who is trusted, the policy says. */
  anchors?: readonly Uint8Array[]
  revocation: readonly RevocationSource[]
  /** Absent: nothing is fetched. */
  fetch?: FetchLimits
  signal?: AbortSignal
}>

/** How much one chain may ask of the network. */
export type FetchLimits = Readonly<{ maxRequests: number }>

export type ChainFacts = Readonly<{
  paths: readonly PathFacts[]
  revocation: readonly RevocationFacts[]
  /** Of the paths, of the signers of revocation data and of the input. */
  certificates: readonly CertificateFacts[]
  /** Revocation data that was fetched or given and speaks about the paths: what B-LT keeps. */
  sources: readonly RevocationSource[]
}>

const MAX_CERTIFICATES = 2000
const MAX_JUDGED = 24

/** Never throws on hostile certificates, responses or lists. @throws AbortError */
export async function collectChain(input: ChainInput, ports: Ports): Promise<ChainFacts> {
  const signer = tryPathCertificate(input.signer)
  if (signer === null) return { paths: [], revocation: [], certificates: [], sources: [] }
  const pool = new Map<string, PathCertificate>([[signer.fingerprint, signer]])
  addTo(pool, input.certificates)
  addTo(pool, enclosedCertificates(input.revocation))
  const anchors = (input.anchors ?? []).flatMap((der) => tryPathCertificate(der) ?? []).map(endOf)
  const budget = { left: ports.network && input.fetch ? input.fetch.maxRequests : 0 }
  const search = (): PathSearch => ({
    certificates: [...pool.values()],
    anchors,
    verify: signatureVerifier(ports.engine),
    ...(input.signal && { signal: input.signal }),
  })
  let paths = await findPaths(signer, input.purpose, search())
  while (budget.left > 0 && needsIssuer(paths)) {
    const found = await fetchIssuers(paths, budget, ports, input.signal)
    const before = pool.size
    addTo(pool, found)
    if (pool.size === before) break
    paths = await findPaths(signer, input.purpose, search())
  }
  return collectRevocation(input, paths, pool, search(), budget, ports)
}

function addTo(pool: Map<string, PathCertificate>, list: readonly Uint8Array[]): void {
  for (const der of list) {
    if (pool.size >= MAX_CERTIFICATES) return
    const certificate = tryPathCertificate(der)
    if (certificate !== null && !pool.has(certificate.fingerprint)) pool.set(certificate.fingerprint, certificate)
  }
}

const enclosedCertificates = (sources: readonly RevocationSource[]): readonly Uint8Array[] =>
  sources.flatMap(({ kind, der }) => (kind === 'ocsp' ? (tryOcspResponse(der)?.certificates ?? []) : []))

/** No path ends at an anchor or at a self-signed certificate. */
const needsIssuer = (paths: readonly FoundPath[]): boolean =>
  paths.every(({ anchor, certificates }) => anchor === null && certificates.at(-1)?.selfIssued === false)

async function collectRevocation(
  input: ChainInput,
  paths: readonly FoundPath[],
  pool: Map<string, PathCertificate>,
  search: PathSearch,
  budget: { left: number },
  ports: Ports,
): Promise<ChainFacts> {
  const links = linksOf(paths)
  let sources = input.revocation
  let facts = await revocationOf(links, paths, sources, search)
  const lacking = links.filter((link) => !isCovered(link, facts, ports.clock.now()))
  if (budget.left > 0 && lacking.length > 0) {
    const fetched = await fetchRevocation(lacking, budget, ports, input.signal)
    addTo(pool, enclosedCertificates(fetched))
    sources = [...sources, ...fetched]
    facts = await revocationOf(links, paths, sources, { ...search, certificates: [...pool.values()] })
  }
  return {
    paths: paths.map(pathFacts),
    revocation: facts,
    certificates: [...pool.values()].map(factsOf),
    sources,
  }
}

/** A certificate whose revocation matters, with the issuers that the paths give it. */
export type ChainLink = Readonly<{ certificate: PathCertificate; issuers: readonly PathCertificate[] }>

function linksOf(paths: readonly FoundPath[]): readonly ChainLink[] {
  const links = new Map<string, { certificate: PathCertificate; issuers: PathCertificate[] }>()
  for (const { certificates } of paths) {
    for (const [index, certificate] of certificates.entries()) {
      const issuer = certificates[index + 1]
      if (issuer === undefined) continue
      const link = links.get(certificate.fingerprint) ?? { certificate, issuers: [] }
      links.set(certificate.fingerprint, link)
      if (!link.issuers.includes(issuer)) link.issuers.push(issuer)
    }
  }
  return [...links.values()].slice(0, MAX_JUDGED)
}

const isCovered = ({ certificate }: ChainLink, facts: readonly RevocationFacts[], now: Date): boolean =>
  certificate.extensions.ocspNoCheck ||
  facts.some(
    (fact) =>
      fact.certificate === certificate.fingerprint &&
      fact.status !== 'unknown' &&
      !hasFailure(fact.problems) &&
      (fact.status === 'revoked' || (fact.nextUpdate ?? fact.thisUpdate) >= now),
  )

async function revocationOf(
  links: readonly ChainLink[],
  paths: readonly FoundPath[],
  sources: readonly RevocationSource[],
  search: PathSearch,
): Promise<readonly RevocationFacts[]> {
  const issuers = new Set(paths.flatMap(({ certificates }) => certificates.slice(1).map((c) => c.fingerprint)))
  const { lists, responses } = readSources(sources)
  const certificates = links.map(({ certificate }) => certificate)
  const crls = await checkLists(lists, certificates, paths, search)
  const answers = await answersOf(links, responses, search)
  // A separate key that signs lists or responses may itself be revoked, and only lists can say so here.
  const separate = [...crls, ...answers].flatMap(({ signer }) =>
    signer && !issuers.has(signer.fingerprint) && !signer.extensions.ocspNoCheck ? [signer] : [],
  )
  const more = await checkLists(
    lists.filter(({ crl }) => !crls.some((one) => one.crl === crl)),
    separate,
    paths,
    search,
  )
  const revoked = new Set(separate.filter((signer) => isRevoked(signer, [...crls, ...more])).map((s) => s.fingerprint))
  const usable = crls.map((checked) =>
    checked.signer && revoked.has(checked.signer.fingerprint)
      ? { ...checked, problems: [signerRevoked('crl-signer-revoked')] }
      : checked,
  )
  return [
    ...certificates.flatMap((certificate) => crlFacts(certificate, usable)),
    ...answers.map(({ facts, signer }) =>
      signer && revoked.has(signer.fingerprint)
        ? { ...facts, problems: [signerRevoked('ocsp-responder-revoked')] }
        : facts,
    ),
  ]
}

type FoundList = Readonly<{ crl: Crl; origin: Origin }>
type SignedList = CheckedCrl & Readonly<{ signer?: PathCertificate }>

function readSources(sources: readonly RevocationSource[]): { lists: FoundList[]; responses: OcspSource[] } {
  const lists: FoundList[] = []
  const responses: OcspSource[] = []
  for (const { kind, der, origin, nonce } of unique(sources)) {
    const crl = kind === 'crl' ? tryCrl(der) : null
    if (crl) lists.push({ crl, origin })
    const response = kind === 'ocsp' ? tryOcspResponse(der) : null
    if (response) responses.push({ response, origin, ...(nonce && { nonce }) })
  }
  return { lists, responses }
}

/** Signatures are checked only of the lists that speak about one of these certificates. */
async function checkLists(
  lists: readonly FoundList[],
  certificates: readonly PathCertificate[],
  paths: readonly FoundPath[],
  search: PathSearch,
): Promise<readonly SignedList[]> {
  const checked: SignedList[] = []
  for (const { crl, origin } of lists) {
    search.signal?.throwIfAborted()
    if (!certificates.some((certificate) => reasonsCovered(crl, certificate).length > 0)) continue
    checked.push({ crl, origin, ...(await checkCrlSigner(crl, paths, search)) })
  }
  return checked
}

async function answersOf(
  links: readonly ChainLink[],
  responses: readonly OcspSource[],
  search: PathSearch,
): Promise<readonly OcspFact[]> {
  const answers: OcspFact[] = []
  for (const { certificate, issuers } of links) {
    answers.push(...(await ocspFacts(certificate, issuers, responses, search)))
  }
  return answers
}

const isRevoked = (signer: PathCertificate, crls: readonly CheckedCrl[]): boolean =>
  crlFacts(signer, crls).some(({ status }) => status === 'revoked')

const signerRevoked = (id: string) => ({ id, severity: 'failure' as const })

function unique(sources: readonly RevocationSource[]): readonly RevocationSource[] {
  const seen = new Map<string, RevocationSource>()
  for (const source of sources) {
    const key = `${source.kind}:${source.der.length}:${String(source.der.subarray(-64))}`
    if (!seen.has(key)) seen.set(key, source)
  }
  return [...seen.values()]
}

function pathFacts({ certificates, anchor, problems }: FoundPath): PathFacts {
  return { certificates: certificates.map((c) => c.fingerprint), anchor: anchor?.id ?? null, problems }
}

function factsOf({ certificate, extensions }: PathCertificate): CertificateFacts {
  const { distributionPoints, ocspUrls, ocspNoCheck } = extensions
  const published = distributionPoints.length > 0 || ocspUrls.length > 0
  const revocationSource = ocspNoCheck ? 'not-needed' : published ? 'published' : 'none'
  return { ...certificateFacts(certificate), revocationSource }
}
