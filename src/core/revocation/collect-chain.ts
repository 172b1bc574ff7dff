/**
 * Everything that can be known about a certificate's trust without a verdict: paths, revocation, and, where the place has a way
 * out, what AIA and distribution points offer. EN 319 102-1, 5.2.5 and 5.2.6 judge it.
 */
import { equalBytes } from '../bytes/bytes.ts'
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
  /** What B-LT keeps (EN 319 102-1, 5.5): the best path, who signed its revocation data, and those data that could be used. */
  material: ChainMaterial
}>

export type ChainMaterial = Readonly<{
  /** DER. */
  certificates: readonly Uint8Array[]
  revocation: readonly RevocationSource[]
  /** Certificates of the best path for which no usable revocation data that is fresh now was found, though they are published. */
  lacking: readonly CertificateFacts[]
  /** The best path ends at a certificate that nobody else issued. */
  complete: boolean
}>

const NO_MATERIAL: ChainMaterial = { certificates: [], revocation: [], lacking: [], complete: false }

const MAX_CERTIFICATES = 2000
/** Of all signatures that one chain may cost: certificates, lists and responses together. */
const MAX_SIGNATURES = 512
const MAX_JUDGED = 24

/** Never throws on hostile certificates, responses or lists. @throws AbortError */
export async function collectChain(input: ChainInput, ports: Ports): Promise<ChainFacts> {
  const signer = tryPathCertificate(input.signer)
  if (signer === null) return { paths: [], revocation: [], certificates: [], material: NO_MATERIAL }
  const pool = new Map<string, PathCertificate>([[signer.fingerprint, signer]])
  addTo(pool, input.certificates)
  addTo(pool, enclosedCertificates(input.revocation))
  const anchors = (input.anchors ?? []).flatMap((der) => tryPathCertificate(der) ?? []).map(endOf)
  const budget = { left: ports.network && input.fetch ? input.fetch.maxRequests : 0 }
  const verify = signatureVerifier(ports.engine, MAX_SIGNATURES)
  const search = (): PathSearch => ({
    certificates: [...pool.values()],
    anchors,
    verify,
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
  let gathered = await revocationOf(links, paths, input.revocation, search)
  const now = ports.clock.now()
  const uncovered = links.filter((link) => !isCovered(link, gathered.facts, now))
  if (budget.left > 0 && uncovered.length > 0) {
    const fetched = await fetchRevocation(uncovered, budget, ports, input.signal)
    addTo(pool, enclosedCertificates(fetched))
    const wider = { ...search, certificates: [...pool.values()] }
    gathered = await revocationOf(links, paths, [...input.revocation, ...fetched], wider)
  }
  return {
    paths: paths.map(pathFacts),
    revocation: gathered.facts,
    certificates: [...pool.values()].map(factsOf),
    material: materialOf(paths, gathered, now),
  }
}

function materialOf(paths: readonly FoundPath[], gathered: Gathered, now: Date): ChainMaterial {
  const [best] = paths
  if (best === undefined) return NO_MATERIAL
  const certificates = new Map(
    [...best.certificates, ...gathered.signers].map((c) => [c.fingerprint, c.certificate.der]),
  )
  const lacking = best.certificates
    .slice(0, -1)
    .filter((certificate) => isPublished(certificate) && !isCovered({ certificate, issuers: [] }, gathered.facts, now))
  return {
    certificates: [...certificates.values()],
    revocation: gathered.used,
    lacking: lacking.map(factsOf),
    complete: best.anchor !== null || best.certificates.at(-1)?.selfIssued === true,
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
): Promise<Gathered> {
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
  const believed = answers.map((answer) =>
    answer.signer && revoked.has(answer.signer.fingerprint)
      ? { ...answer, facts: { ...answer.facts, problems: [signerRevoked('ocsp-responder-revoked')] } }
      : answer,
  )
  const facts = [...certificates.flatMap((one) => crlFacts(one, usable)), ...believed.map((answer) => answer.facts)]
  const goodLists = [...usable, ...more].filter(({ problems }) => !hasFailure(problems))
  const goodAnswers = believed.filter((answer) => !hasFailure(answer.facts.problems))
  const used = new Set([
    ...goodLists.map(({ crl }) => crl.der),
    ...goodAnswers.map(({ source }) => source.response.der),
  ])
  return {
    facts,
    used: unique(sources).filter(({ der }) => used.has(der)),
    signers: [...goodLists, ...goodAnswers].flatMap(({ signer }) => signer ?? []),
  }
}

type Gathered = Readonly<{
  facts: readonly RevocationFacts[]
  used: readonly RevocationSource[]
  /** Who signed them. */
  signers: readonly PathCertificate[]
}>

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
  const byLength = new Map<number, RevocationSource[]>()
  for (const source of sources) {
    const same = byLength.get(source.der.length) ?? []
    byLength.set(source.der.length, same)
    if (!same.some((other) => other.kind === source.kind && equalBytes(other.der, source.der))) same.push(source)
  }
  return [...byLength.values()].flat()
}

function pathFacts({ certificates, anchor, problems }: FoundPath): PathFacts {
  return { certificates: certificates.map((c) => c.fingerprint), anchor: anchor?.id ?? null, problems }
}

const isPublished = ({ extensions }: PathCertificate): boolean =>
  extensions.distributionPoints.length > 0 || extensions.ocspUrls.length > 0

function factsOf(certificate: PathCertificate): CertificateFacts {
  const none = isPublished(certificate) ? 'published' : 'none'
  const revocationSource = certificate.extensions.ocspNoCheck ? 'not-needed' : none
  return { ...certificateFacts(certificate.certificate), revocationSource }
}
