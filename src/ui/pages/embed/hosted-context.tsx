import { createContext, use, useSyncExternalStore } from 'react'
import type { HostedRuntime, HostedSnapshot } from '../../../app/hosted-runtime.ts'

const RuntimeContext = createContext<HostedRuntime | null>(null)

export const RuntimeProvider = RuntimeContext.Provider

export function useRuntime(): HostedRuntime {
  const runtime = use(RuntimeContext)
  if (!runtime) throw new TypeError('RuntimeProvider is missing')
  return runtime
}

export function useHosted(): HostedSnapshot {
  const runtime = useRuntime()
  return useSyncExternalStore(runtime.subscribe, runtime.snapshot)
}

/** `https://crm.example` as people write it. */
export const hostName = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : origin)
