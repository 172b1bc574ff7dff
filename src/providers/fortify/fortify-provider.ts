import { SignError, type KeyErrorCode } from '../../core/errors.ts'
import type { TokenProvider, Prompt, SigningKey } from '../../core/keys.ts'
import { loadClient, type ClientEvents, type FortifyClient, type TokenInfo } from './client.ts'
import { withDeadline } from './deadline.ts'
import { loopbackDelegated, loopbackState } from './loopback.ts'
import { tokenKeys } from './token-keys.ts'
import { translateError } from './translate-error.ts'

/** A person may be reading a prompt of the browser, of the bridge or of the token's own reader. */
const PERSON_MS = 180_000
const MACHINE_MS = 15_000

/** PKCS#11 v3.1, CK_TOKEN_INFO flags: how near the PIN is to being locked. */
const PIN_COUNT_LOW = 0x1_0000
const PIN_FINAL_TRY = 0x2_0000
const PIN_LOCKED = 0x4_0000

export type FortifyDependencies = Readonly<{
  prompt: Prompt
  /** For tests; the real one loads client-core. */
  load?: (events: ClientEvents) => Promise<FortifyClient>
}>

/**
 * Tokens and smart cards through the Fortify bridge on 127.0.0.1:31337. The PIN is typed into the bridge's own window
 * and never seen here; one log-in serves the whole batch, until `disconnect`.
 */
export function fortifyProvider({ prompt, load = loadClient }: FortifyDependencies): TokenProvider {
  let client: FortifyClient | null = null
  let found: readonly SigningKey[] = []
  let stale = false
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())
  const events: ClientEvents = {
    closed() {
      client = null
      found = []
      changed()
    },
    tokensChanged() {
      stale = true
      changed()
    },
  }

  async function read(api: FortifyClient, signal: AbortSignal): Promise<void> {
    const tokens = await step(api.getProviders(), MACHINE_MS, signal)
    if (tokens.length === 0) throw new SignError('KEY_TOKEN_ABSENT', 'the bridge sees no token')
    const keys: SigningKey[] = []
    let firstProblem: unknown
    for (const token of tokens) {
      try {
        keys.push(...(await openToken(api, token, signal)))
      } catch (error) {
        if (signal.aborted) throw error
        firstProblem ??= error
      }
    }
    // One locked token must not hide the certificates of another.
    if (keys.length === 0 && firstProblem !== undefined) throw firstProblem
    found = keys
    stale = false
  }

  return {
    id: 'fortify',
    place: 'token',

    async availability() {
      if (client || (await loopbackState()) !== 'denied') return { ready: true }
      return { ready: false, reason: deniedCode() }
    },

    async keys(signal) {
      signal.throwIfAborted()
      if (client && !stale) return found
      if (!client && (await loopbackState()) === 'denied') {
        throw new SignError(deniedCode(), 'loopback-network is denied')
      }
      const api = client ?? (await load(events))
      try {
        if (!client) {
          await reach(api, signal)
          await pair(api, prompt, signal)
        }
        await read(api, signal)
        client = api
      } catch (error) {
        if (!client) api.finish()
        throw error
      }
      return found
    },

    async disconnect() {
      const api = client
      client = null
      found = []
      if (!api) return
      for (const token of await api.getProviders().catch(() => [])) {
        await api
          .getProviderById(token.id, false)
          .then((crypto) => crypto.logout())
          .catch(() => undefined)
      }
      api.finish()
      changed()
    },

    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What a person can do about it: the address bar here, or a window of our own. */
const deniedCode = (): KeyErrorCode => (loopbackDelegated() ? 'KEY_LOOPBACK_DENIED' : 'KEY_NEEDS_WINDOW')

function step<T>(
  work: Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
  fallback: KeyErrorCode = 'KEY_BRIDGE_FAILED',
): Promise<T> {
  return withDeadline(work, milliseconds, signal, 'KEY_TIMEOUT').catch((error: unknown) => {
    throw translateError(error, fallback)
  })
}

/** A failed fetch says nothing of its reason: the permission's state tells a refusal from a missing bridge. */
async function reach(api: FortifyClient, signal: AbortSignal): Promise<void> {
  const asks = (await loopbackState()) === 'prompt'
  try {
    await step(api.start(), asks ? PERSON_MS : MACHINE_MS, signal, 'KEY_BRIDGE_NOT_FOUND')
  } catch (error) {
    const loopback = await loopbackState()
    if (error instanceof SignError && error.code === 'KEY_BRIDGE_NOT_FOUND' && loopback !== 'granted') {
      const code = loopback === 'denied' ? deniedCode() : 'KEY_BRIDGE_NOT_FOUND'
      throw new SignError(code, error.message, { cause: error, details: { loopback } })
    }
    throw error
  }
}

async function pair(api: FortifyClient, prompt: Prompt, signal: AbortSignal): Promise<void> {
  const code = await step(api.challenge(), MACHINE_MS, signal)
  if (!code) return
  const shown = new AbortController()
  const cancelled = prompt.showCode({ subject: 'Fortify', code, signal: shown.signal }).then((answer) => {
    if (answer === 'cancelled') throw new DOMException('cancelled', 'AbortError')
    // Dismissed: the comparison goes on in the bridge's window.
    return new Promise<never>(() => undefined)
  })
  try {
    await Promise.race([step(api.login(), PERSON_MS, signal, 'KEY_PAIRING_DECLINED'), cancelled])
  } finally {
    shown.abort()
  }
}

async function openToken(api: FortifyClient, token: TokenInfo, signal: AbortSignal): Promise<readonly SigningKey[]> {
  const flags = token.token?.flags ?? 0
  const details = {
    token: token.name,
    ...(flags & PIN_FINAL_TRY ? { triesLeft: 1 } : flags & PIN_COUNT_LOW ? { triesLow: true } : {}),
  }
  if (flags & PIN_LOCKED) throw new SignError('KEY_PIN_LOCKED', 'the token says that its PIN is locked', { details })
  const crypto = await step(api.getProviderById(token.id, false), MACHINE_MS, signal)
  // client-core's own listing swallows a wrong PIN, so the log-in is ours.
  if (!(await step(crypto.isLoggedIn(), MACHINE_MS, signal))) {
    try {
      await withDeadline(crypto.login(), PERSON_MS, signal, 'KEY_TIMEOUT')
    } catch (error) {
      throw translateError(error, 'KEY_BRIDGE_FAILED', details)
    }
  }
  return tokenKeys(crypto, token, (work, milliseconds, own) => step(work, milliseconds, own))
}
