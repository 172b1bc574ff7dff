import { SignError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import type { KeyRef } from './manage-keys.ts'
import type { RecordShelf } from './record-shelf.ts'

/** One act that a permission was used for. */
export type GrantUse = Readonly<{
  at: Date
  requestId: string
  /** `sha256`: lower-case hex of the bytes that were to be signed. */
  documents: readonly Readonly<{ name: string; sha256: string }>[]
}>

/** The holder of a key lets one site have documents signed unseen: until a day, so many, and each use is written down. */
export type StandingGrant = Readonly<{
  id: string
  keyId: string
  origin: string
  grantedAt: Date
  until: Date
  /** Documents in all, and those used up; a document that then failed counts too. */
  limit: number
  used: number
  revokedAt: Date | null
  /** The last ones, newest first. */
  uses: readonly GrantUse[]
}>

export type GrantState = 'active' | 'expired' | 'used-up' | 'revoked'

export interface StandingGrants {
  /** Sites that config.json lets ask for it. */
  readonly origins: readonly string[]
  /** Newest first. */
  list(): Promise<readonly StandingGrant[]>
  stateOf(grant: StandingGrant): GrantState
  /** Only for keys of this browser. @throws RangeError out of the bounds, or for a site that config.json does not name */
  grant(key: KeyRef, terms: Readonly<{ origin: string; days: number; documents: number }>): Promise<StandingGrant>
  revoke(id: string): Promise<void>
  /** Forgets one that is over. */
  remove(id: string): Promise<void>
  /**
   * Uses up as many as there are documents, before anything is signed, in one transaction: two frames at once never get more
   * than was granted.
   *
   * @throws SignError `UNATTENDED_NOT_GRANTED` (details: `reason`, of GrantState or `none`; `left`)
   */
  take(keyId: string, origin: string, use: Omit<GrantUse, 'at'>): Promise<StandingGrant>
  onChange(listener: () => void): () => void
}

export type StandingGrantsPorts = Readonly<{
  shelf: RecordShelf<StandingGrant>
  clock: Clock
  origins: readonly string[]
}>

export const GRANT_BOUNDS = { days: [1, 366], documents: [1, 10_000] } as const
const USES_KEPT = 200
const DAY_MS = 24 * 3600 * 1000

export function createStandingGrants({ shelf, clock, origins }: StandingGrantsPorts): StandingGrants {
  const stateAt = (grant: StandingGrant, now: Date): GrantState => {
    if (grant.revokedAt !== null) return 'revoked'
    if (now >= grant.until) return 'expired'
    return grant.used >= grant.limit ? 'used-up' : 'active'
  }
  const list = async (): Promise<readonly StandingGrant[]> =>
    (await shelf.all()).toSorted((a, b) => b.grantedAt.getTime() - a.grantedAt.getTime())

  return {
    origins,
    list,
    stateOf: (grant) => stateAt(grant, clock.now()),
    async grant(key, { origin, days, documents }) {
      if (key.provider !== 'browser') throw new RangeError('only a key of this browser signs without its holder')
      if (!origins.includes(origin)) throw new RangeError(`${origin} may not ask for it`)
      within('days', days)
      within('documents', documents)
      const now = clock.now()
      const made: StandingGrant = {
        id: crypto.randomUUID(),
        keyId: key.id,
        origin,
        grantedAt: now,
        until: new Date(now.getTime() + days * DAY_MS),
        limit: documents,
        used: 0,
        revokedAt: null,
        uses: [],
      }
      await shelf.change(made.id, () => made)
      return made
    },
    async revoke(id) {
      const now = clock.now()
      await shelf.change(id, (grant) => grant && { ...grant, revokedAt: grant.revokedAt ?? now })
    },
    async remove(id) {
      await shelf.change(id, () => null)
    },
    async take(keyId, origin, use) {
      const wanted = use.documents.length
      let nearest: StandingGrant | null = null
      for (const one of await list()) {
        if (one.keyId !== keyId || one.origin !== origin) continue
        nearest ??= one
        const now = clock.now()
        let taken: StandingGrant | null = null
        await shelf.change(one.id, (grant) => {
          if (!grant || stateAt(grant, now) !== 'active' || grant.limit - grant.used < wanted) return grant
          const uses = [{ ...use, at: now }, ...grant.uses].slice(0, USES_KEPT)
          return (taken = { ...grant, used: grant.used + wanted, uses })
        })
        if (taken) return taken
      }
      throw notGranted(nearest, nearest ? stateAt(nearest, clock.now()) : 'none')
    },
    onChange: (listener) => shelf.onChange(listener),
  }
}

function within(name: keyof typeof GRANT_BOUNDS, value: number): void {
  const [least, most] = GRANT_BOUNDS[name]
  if (!Number.isInteger(value) || value < least || value > most) throw new RangeError(`${name}: ${least} to ${most}`)
}

function notGranted(grant: StandingGrant | null, state: GrantState | 'none'): SignError {
  // Active, and yet refused: fewer are left than the act has documents.
  const reason = state === 'active' ? 'used-up' : state
  const left = grant ? Math.max(0, grant.limit - grant.used) : 0
  return new SignError('UNATTENDED_NOT_GRANTED', `no standing permission of this key: ${reason}`, {
    details: { reason, left },
  })
}
