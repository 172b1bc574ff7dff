import { initializeB24Frame, type B24Frame } from '@bitrix24/b24jssdk'
import { CountersignError } from '../../host-sdk/index.ts'

/** What this page needs of a portal; the token stays inside. */
export interface Portal {
  readonly language: string
  /** `CRM_DEAL_DETAIL_TAB` …; `DEFAULT` for the app's own page. */
  readonly placement: string
  readonly options: Readonly<Record<string, unknown>>
  readonly installing: boolean
  readonly isAdmin: boolean
  /** @throws CountersignError `HOST_FAILED` (details: the portal's own code) */
  call(method: string, params?: Record<string, unknown>): Promise<unknown>
  option(name: string): string | null
  setOption(name: string, value: string): Promise<void>
  finishInstall(): Promise<void>
  fit(): void
}

/** The portal's own words for "later": two requests a second, and a budget of server time. */
const LATER = new Set(['QUERY_LIMIT_EXCEEDED', 'OPERATION_TIME_LIMIT'])
const TRIES = 6
const GAP = 500
const BURST = 12

export async function openPortal(): Promise<Portal> {
  const frame = await initializeB24Frame()
  const paced = pace(GAP, BURST)
  const once = async (method: string, params: Record<string, unknown>): Promise<unknown> => {
    const answer = await frame.actions.v2.call.make({ method, params, requestId: crypto.randomUUID() })
    if (!answer.isSuccess) throw new Error(answer.getErrorMessages().join('; '))
    return (answer.getData() as { result?: unknown } | undefined)?.result
  }
  return {
    language: frame.getLang(),
    placement: frame.placement.title,
    options: { ...(frame.placement.options as Record<string, unknown>) },
    installing: frame.isInstallMode,
    isAdmin: isAdmin(frame),
    call: (method, params = {}) => withRetries(() => paced(() => once(method, params)), method),
    option: (name) => optionOf(frame, name),
    setOption: async (name, value) => {
      await frame.options.appSet(name, value)
    },
    finishInstall: async () => {
      await frame.installFinish()
    },
    fit: () => {
      void frame.parent.fitWindow().catch(() => undefined)
    },
  }
}

/** The SDK throws for an option that was never set. */
function optionOf(frame: B24Frame, name: string): string | null {
  try {
    const value: unknown = frame.options.appGet(name)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

function isAdmin(frame: B24Frame): boolean {
  return frame.auth.isAdmin
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * One call at a time, at most `burst` without a pause and then one each `gap` ms: less than what the portal grants (two a second,
 * fifty at once), because others of the same portal call as well.
 */
export function pace(
  gap: number,
  burst: number,
  { now, wait }: { now: () => number; wait: (ms: number) => Promise<void> } = {
    now: () => performance.now(),
    wait: sleep,
  },
): <T>(call: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  /** When all calls so far would have been made at one each gap. */
  let due = 0
  const turn = async (): Promise<void> => {
    const at = now()
    due = Math.max(due, at) + gap
    const early = due - at - burst * gap
    if (early > 0) await wait(early)
  }
  return (call) => {
    const run = last.then(turn).then(call)
    last = run.catch(() => undefined)
    return run
  }
}

/** Waits longer each time the portal says "later"; every other refusal is final. */
export async function withRetries<T>(call: () => Promise<T>, method: string, wait = sleep): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const code = codeOf(error)
      if (!LATER.has(code) || tries === TRIES) {
        throw new CountersignError('HOST_FAILED', `${method}: ${code}`, { method, code })
      }
      await wait(GAP * 2 ** tries)
    }
  }
}

/** The portal's code, out of the SDK's error or its text. Never the message: it may quote the request. */
export function codeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (typeof code === 'string' && code !== '') return code
  const text = typeof message === 'string' ? message : ''
  return [...LATER].find((one) => text.includes(one)) ?? 'UNKNOWN'
}
