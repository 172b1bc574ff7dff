/** The page's side of sw.js: registers it, asks it which version runs, and lets a new one in when the person agrees. */

export type OfflineState = Readonly<{
  /** Everything is stored: the app opens without a network. */
  ready: boolean
  /** A newer version that is stored and waits. */
  waiting: Readonly<{ version: string; activate: () => void }> | null
}>

/** How long sw.js may take to say its version. */
const ANSWER_MS = 2000

export type WorkerVersion = Readonly<{ version: string; build: string; files: number }>

function isVersion(value: unknown): value is WorkerVersion {
  const { version, build } = (value ?? {}) as Partial<Record<keyof WorkerVersion, unknown>>
  return typeof version === 'string' && typeof build === 'string'
}

/** Null when it does not answer: an older worker, or one that was stopped. */
export function versionOf(worker: ServiceWorker): Promise<WorkerVersion | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const timer = setTimeout(() => resolve(null), ANSWER_MS)
    port1.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      clearTimeout(timer)
      port1.close()
      resolve(isVersion(data) ? data : null)
    })
    port1.start()
    worker.postMessage({ type: 'version' }, [port2])
  })
}

/** The version that serves this page; null when none does (first visit, private window, no support). */
export async function runningVersion(): Promise<WorkerVersion | null> {
  const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null
  return worker ? versionOf(worker) : null
}

/** Another version took over, the first one included. Returns the way to stop. */
export function onRunningChange(listener: () => void): () => void {
  if (!('serviceWorker' in navigator)) return () => undefined
  navigator.serviceWorker.addEventListener('controllerchange', listener)
  return () => navigator.serviceWorker.removeEventListener('controllerchange', listener)
}

async function watch(registration: ServiceWorkerRegistration, tell: (state: OfflineState) => void): Promise<void> {
  const { waiting, active } = registration
  if (!waiting || !navigator.serviceWorker.controller) {
    tell({ ready: active !== null, waiting: null })
    return
  }
  const known = await versionOf(waiting)
  const activate = () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    waiting.postMessage({ type: 'activate' })
  }
  tell({ ready: true, waiting: { version: known ? `${known.version} (${known.build})` : '', activate } })
}

/** Only in a built app, where sw.js exists. Returns the way to stop listening. */
export function registerServiceWorker(
  scriptUrl: (url: string) => string,
  tell: (state: OfflineState) => void,
): () => void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return () => undefined
  const controller = new AbortController()
  const { signal } = controller
  const start = async () => {
    const url = new URL('sw.js', document.baseURI).href
    const registration = await navigator.serviceWorker.register(scriptUrl(url), { updateViaCache: 'none' })
    const check = () => {
      if (!signal.aborted) void watch(registration, tell)
    }
    check()
    registration.addEventListener(
      'updatefound',
      () => registration.installing?.addEventListener('statechange', check, { signal }),
      { signal },
    )
  }
  // Denied storage or a private window: the app works all the same, online.
  start().catch(() => tell({ ready: false, waiting: null }))
  return () => controller.abort()
}
