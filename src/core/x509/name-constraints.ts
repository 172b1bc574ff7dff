/** Name constraints: RFC 5280, 4.2.1.10 and 6.1.3 (b), (c), 6.1.4 (g); RFC 9598 for SmtpUTF8Mailbox. */
import type { GeneralName } from './general-name.ts'

/** One GeneralSubtree. `bounded`: it has a minimum or maximum, which this profile forbids: it cannot be applied. */
export type GeneralSubtree = Readonly<{ base: GeneralName; bounded: boolean }>

export type NameConstraints = Readonly<{
  permitted: readonly GeneralSubtree[]
  excluded: readonly GeneralSubtree[]
}>

/** The names of one certificate that constraints speak about. */
export type ConstrainedNames = Readonly<{
  /** Canonical RDNs (name-match.ts); empty: no subject. */
  subject: readonly string[]
  /** emailAddress attributes of the subject. */
  emails: readonly string[]
  alternative: readonly GeneralName[]
}>

export type NameProblem = Readonly<{
  problem: 'name-not-permitted' | 'name-excluded' | 'name-constraint-unsupported' | 'name-constraints-too-many'
  name: string
}>

/** Constraints met so far on a path: a name must be in one subtree of every `permitted` set and in no excluded one. */
export type ConstraintState = { permitted: (readonly GeneralSubtree[])[]; excluded: GeneralSubtree[]; budget: number }

/** Comparisons for one path; as OpenSSL bounds them, so that a hostile chain cannot make them quadratic without end. */
const COMPARISONS = 1 << 20

export function emptyConstraints(): ConstraintState {
  return { permitted: [], excluded: [], budget: COMPARISONS }
}

export function addConstraints(state: ConstraintState, constraints: NameConstraints): void {
  if (constraints.permitted.length > 0) state.permitted.push(constraints.permitted)
  state.excluded.push(...constraints.excluded)
}

export function checkNames(state: ConstraintState, names: ConstrainedNames): NameProblem[] {
  if (state.permitted.length === 0 && state.excluded.length === 0) return []
  const problems: NameProblem[] = []
  for (const name of constrainedNames(names)) {
    const problem = checkName(state, name)
    if (problem !== null) problems.push({ problem, name: describe(name) })
  }
  return problems
}

function constrainedNames(names: ConstrainedNames): GeneralName[] {
  const all: GeneralName[] = []
  if (names.subject.length > 0) all.push({ kind: 'directoryName', rdns: names.subject, text: names.subject.join(',') })
  for (const value of names.emails) all.push({ kind: 'rfc822Name', value })
  for (const name of names.alternative) all.push(name)
  return all
}

function checkName(state: ConstraintState, name: GeneralName): NameProblem['problem'] | null {
  for (const subtree of state.excluded) {
    if (!speaksAbout(subtree.base, name)) continue
    if (state.budget-- <= 0) return 'name-constraints-too-many'
    const inside = subtree.bounded ? null : within(name, subtree.base)
    if (inside === null) return 'name-constraint-unsupported'
    if (inside) return 'name-excluded'
  }
  for (const set of state.permitted) {
    let applies = false
    let permitted = false
    for (const subtree of set) {
      if (!speaksAbout(subtree.base, name)) continue
      if (state.budget-- <= 0) return 'name-constraints-too-many'
      applies = true
      const inside = subtree.bounded ? null : within(name, subtree.base)
      if (inside === null) return 'name-constraint-unsupported'
      if (inside) permitted = true
    }
    if (applies && !permitted) return 'name-not-permitted'
  }
  return null
}

/** Constraints restrict only names of their own form; two otherNames are of one form when their type-ids agree. */
function speaksAbout(base: GeneralName, name: GeneralName): boolean {
  if (base.kind === 'otherName' && name.kind === 'otherName') return base.oid === name.oid
  return base.kind === name.kind
}

/** Null: this form of name, or this value, cannot be compared; RFC 5280, 4.2.1.10 then demands rejection. */
function within(name: GeneralName, base: GeneralName): boolean | null {
  if (name.kind === 'directoryName' && base.kind === 'directoryName') {
    return base.rdns.length <= name.rdns.length && base.rdns.every((rdn, i) => rdn === name.rdns[i])
  }
  if (name.kind === 'rfc822Name' && base.kind === 'rfc822Name') return mailboxWithin(name.value, base.value)
  if (name.kind === 'dNSName' && base.kind === 'dNSName') return hostWithin(name.value, base.value, 'dns')
  if (name.kind === 'uniformResourceIdentifier' && base.kind === 'uniformResourceIdentifier') {
    const host = hostOfUri(name.value)
    return host === null ? null : hostWithin(host, base.value, 'exact')
  }
  if (name.kind === 'iPAddress' && base.kind === 'iPAddress') return addressWithin(name.octets, base.octets)
  return null
}

/** The local part is compared as written, the host without case. */
function mailboxWithin(mailbox: string, base: string): boolean | null {
  const at = mailbox.lastIndexOf('@')
  if (at <= 0 || at === mailbox.length - 1) return null
  const host = mailbox.slice(at + 1)
  const baseAt = base.lastIndexOf('@')
  if (baseAt < 0) return hostWithin(host, base, 'exact')
  return mailbox.slice(0, at) === base.slice(0, baseAt) && lower(host) === lower(base.slice(baseAt + 1))
}

/**
 * A base that begins with a period takes every host below it. Without one, `dns` (RFC 5280: "constructed by adding zero or more
 * labels to the left") takes the host and all below it, `exact` (mailboxes and URIs) the host alone.
 */
function hostWithin(host: string, base: string, rule: 'dns' | 'exact'): boolean {
  const h = lower(host).replace(/\.$/, '')
  const b = lower(base).replace(/\.$/, '')
  if (b === '') return true
  if (b.startsWith('.')) return h.length > b.length && h.endsWith(b)
  return h === b || (rule === 'dns' && h.endsWith(`.${b}`))
}

/** Null for a URI without an authority or with an address in place of a host name (RFC 5280, 4.2.1.10). */
function hostOfUri(uri: string): string | null {
  const match = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:@]*)(?::\d*)?(?:[/?#]|$)/i.exec(uri)
  const host = match?.[1]
  if (host === undefined || host === '' || host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host)) return null
  return host
}

/** `base` is an address and a mask of the same length. */
function addressWithin(address: Uint8Array, base: Uint8Array): boolean | null {
  if ((base.length !== 8 && base.length !== 32) || (address.length !== 4 && address.length !== 16)) return null
  if (base.length !== 2 * address.length) return false
  return address.every((octet, i) => ((octet ^ (base[i] ?? 0)) & (base[address.length + i] ?? 0)) === 0)
}

const lower = (text: string): string => text.toLowerCase()

function describe(name: GeneralName): string {
  switch (name.kind) {
    case 'directoryName':
      return `directoryName ${name.text}`
    case 'rfc822Name':
    case 'dNSName':
    case 'uniformResourceIdentifier':
      return `${name.kind} ${name.value}`
    case 'iPAddress':
      return `iPAddress ${[...name.octets].join('.')}`
    case 'otherName':
    case 'registeredID':
      return `${name.kind} ${name.oid}`
    case 'x400Address':
    case 'ediPartyName':
      return name.kind
  }
}
