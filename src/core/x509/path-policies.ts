/**
 * Certificate policies along a path: RFC 5280, 6.1 with the policy *graph* of RFC 9618, which gives the same answers as the
 * tree but stays linear in its input: a tree can be made to grow exponentially by a hostile chain.
 */

export const ANY_POLICY = '2.5.29.32.0'

/** The policy extensions of one certificate; null or absent: the extension is not there. */
export type PolicyExtensions = Readonly<{
  /** OIDs of certificatePolicies. */
  policies: readonly string[] | null
  mappings: readonly PolicyMapping[]
  requireExplicitPolicy?: number
  inhibitPolicyMapping?: number
  inhibitAnyPolicy?: number
  selfIssued: boolean
}>

export type PolicyMapping = Readonly<{ issuerDomain: string; subjectDomain: string }>

/** RFC 5280, 6.1.1 (c), (e), (f), (g). */
export type PolicyInputs = Readonly<{
  /** Absent: any-policy. */
  acceptable?: readonly string[]
  requireExplicit?: boolean
  inhibitMapping?: boolean
  inhibitAny?: boolean
}>

export type PolicyProblem = 'policy-mapping-any' | 'policy-required'

export type PolicyOutcome = Readonly<{
  problems: readonly Readonly<{ problem: PolicyProblem; depth: number }>[]
  /** The user-constrained policy set: for what the path may be used. May hold anyPolicy. */
  policies: readonly string[]
}>

type Node = { policy: string; expected: ReadonlySet<string>; parents: ReadonlySet<Node> }
/** One level of the graph: at most one node for each policy (RFC 9618, 3.1). */
type Level = Map<string, Node>
type Counters = { explicit: number; mapping: number; any: number }

/**
 * @param path certificates from the one that the anchor issued to the target (RFC 5280 order); not the anchor
 */
export function processPolicies(path: readonly PolicyExtensions[], inputs: PolicyInputs): PolicyOutcome {
  const n = path.length
  const counters: Counters = {
    explicit: inputs.requireExplicit === true ? 0 : n + 1,
    mapping: inputs.inhibitMapping === true ? 0 : n + 1,
    any: inputs.inhibitAny === true ? 0 : n + 1,
  }
  const problems: { problem: PolicyProblem; depth: number }[] = []
  const root: Level = new Map([
    [ANY_POLICY, { policy: ANY_POLICY, expected: new Set([ANY_POLICY]), parents: new Set() }],
  ])
  let levels: Level[] | null = [root]
  for (const [index, certificate] of path.entries()) {
    const depth = index + 1
    levels = levels === null ? null : grow(levels, certificate, counters, depth === n)
    if (levels === null && counters.explicit === 0) problems.push({ problem: 'policy-required', depth })
    if (depth === n) break
    if (certificate.mappings.some((m) => m.issuerDomain === ANY_POLICY || m.subjectDomain === ANY_POLICY)) {
      problems.push({ problem: 'policy-mapping-any', depth })
    }
    if (levels !== null) levels = map(levels, certificate, counters)
    prepareNext(certificate, counters)
  }
  const last = path[n - 1]
  if (counters.explicit > 0) counters.explicit--
  if (last?.requireExplicitPolicy === 0) counters.explicit = 0
  const policies = userConstrained(levels, inputs.acceptable)
  if (counters.explicit === 0 && policies.length === 0) problems.push({ problem: 'policy-required', depth: n })
  return { problems, policies }
}

/** RFC 5280, 6.1.3 (d) and (e), as RFC 9618, 5.3 rewrites them. */
function grow(levels: Level[], certificate: PolicyExtensions, counters: Counters, last: boolean): Level[] | null {
  if (certificate.policies === null) return null
  const above = levels.at(-1) ?? new Map<string, Node>()
  const level: Level = new Map()
  const byExpected = parentsByExpected(above)
  const any = above.get(ANY_POLICY)
  for (const policy of certificate.policies) {
    if (policy === ANY_POLICY) continue
    const parents = byExpected.get(policy) ?? (any === undefined ? undefined : new Set([any]))
    if (parents !== undefined) level.set(policy, { policy, expected: new Set([policy]), parents })
  }
  const anyAllowed = counters.any > 0 || (!last && certificate.selfIssued)
  if (certificate.policies.includes(ANY_POLICY) && anyAllowed) {
    for (const [policy, parents] of byExpected) {
      if (!level.has(policy)) level.set(policy, { policy, expected: new Set([policy]), parents })
    }
  }
  return prune([...levels, level])
}

function parentsByExpected(level: Level): Map<string, Set<Node>> {
  const byExpected = new Map<string, Set<Node>>()
  for (const node of level.values()) {
    for (const policy of node.expected) {
      const parents = byExpected.get(policy)
      if (parents === undefined) byExpected.set(policy, new Set([node]))
      else parents.add(node)
    }
  }
  return byExpected
}

/** RFC 5280, 6.1.4 (b), as RFC 9618, 5.4 rewrites it. */
function map(levels: Level[], certificate: PolicyExtensions, counters: Counters): Level[] | null {
  if (certificate.mappings.length === 0) return levels
  const level = levels.at(-1) ?? new Map<string, Node>()
  const above = levels.at(-2)
  const targets = new Map<string, Set<string>>()
  for (const { issuerDomain, subjectDomain } of certificate.mappings) {
    const set = targets.get(issuerDomain)
    if (set === undefined) targets.set(issuerDomain, new Set([subjectDomain]))
    else set.add(subjectDomain)
  }
  for (const [policy, expected] of targets) {
    const node = level.get(policy)
    if (counters.mapping === 0) {
      level.delete(policy)
    } else if (node !== undefined) {
      node.expected = expected
    } else if (level.has(ANY_POLICY)) {
      const any = above?.get(ANY_POLICY)
      if (any !== undefined) level.set(policy, { policy, expected, parents: new Set([any]) })
    }
  }
  return prune(levels)
}

/** Deletes nodes without children above the last level; null when nothing is left. */
function prune(levels: Level[]): Level[] | null {
  for (let i = levels.length - 1; i > 0; i--) {
    const used = new Set<Node>()
    for (const node of levels[i]?.values() ?? []) for (const parent of node.parents) used.add(parent)
    const above = levels[i - 1]
    if (above === undefined) continue
    for (const [policy, node] of above) if (!used.has(node)) above.delete(policy)
  }
  return (levels.at(-1)?.size ?? 0) === 0 ? null : levels
}

/** RFC 5280, 6.1.4 (h), (i), (j). */
function prepareNext(certificate: PolicyExtensions, counters: Counters): void {
  if (!certificate.selfIssued) {
    if (counters.explicit > 0) counters.explicit--
    if (counters.mapping > 0) counters.mapping--
    if (counters.any > 0) counters.any--
  }
  counters.explicit = Math.min(counters.explicit, certificate.requireExplicitPolicy ?? Infinity)
  counters.mapping = Math.min(counters.mapping, certificate.inhibitPolicyMapping ?? Infinity)
  counters.any = Math.min(counters.any, certificate.inhibitAnyPolicy ?? Infinity)
}

/** RFC 9618, 5.5: the policies that both the authorities and the user accept. */
function userConstrained(levels: Level[] | null, acceptable: readonly string[] | undefined): string[] {
  if (levels === null) return []
  const authority = new Set<string>()
  for (const level of levels) {
    for (const node of level.values()) {
      const [parent] = node.parents
      const underAny = node.parents.size === 1 && parent?.policy === ANY_POLICY
      if (node.policy !== ANY_POLICY && underAny) authority.add(node.policy)
    }
  }
  if (levels.at(-1)?.has(ANY_POLICY) === true) authority.add(ANY_POLICY)
  if (acceptable === undefined || acceptable.includes(ANY_POLICY)) return [...authority]
  return acceptable.filter((policy) => authority.has(policy) || authority.has(ANY_POLICY))
}
