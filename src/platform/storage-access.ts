/** Where this page finds keys. `own`: it is not embedded, or its handle reaches our first-party storage. */
export type StorageReach =
  | Readonly<{ kind: 'own'; factory: IDBFactory | undefined }>
  /** The browser may grant it on a click. */
  | Readonly<{ kind: 'ask' }>
  /** Only a window of our own origin reaches it. */
  | Readonly<{ kind: 'window'; reason: 'unsupported' | 'refused' | 'sandboxed' | 'no-answer' }>

type WithHandle = {
  requestStorageAccess?(types: { indexedDB: true }): Promise<{ indexedDB?: IDBFactory } | undefined>
}

/** ms. A silent request that must prompt hangs in some browsers; a person needs longer for the prompt. */
const PATIENCE = { silent: 2500, click: 120_000 }

/**
 * Asks the browser for our own first-party storage from within somebody else's page. The plain `indexedDB` stays partitioned
 * even after a grant: only the handle's is ours. Storage Access API, non-cookie extension.
 *
 * @param how `silent` on load; `click` within a person's click, which may prompt
 */
export async function reachStorage(how: 'silent' | 'click', self: Window = window): Promise<StorageReach> {
  if (self.parent === self) return { kind: 'own', factory: factoryOf(self) }
  if (self.origin === 'null') return { kind: 'window', reason: 'sandboxed' }
  const document = self.document as unknown as WithHandle
  // No way to tell beforehand: the handle's interface is not exposed. A browser whose request grants cookies only gives nothing back.
  if (!document.requestStorageAccess) return { kind: 'window', reason: 'unsupported' }
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), PATIENCE[how])
  })
  try {
    const handle = await Promise.race([document.requestStorageAccess({ indexedDB: true }), late])
    if (handle === 'late') return how === 'silent' ? { kind: 'ask' } : { kind: 'window', reason: 'no-answer' }
    return handle?.indexedDB ? { kind: 'own', factory: handle.indexedDB } : { kind: 'window', reason: 'unsupported' }
  } catch {
    return how === 'silent' ? { kind: 'ask' } : { kind: 'window', reason: 'refused' }
  } finally {
    clearTimeout(timer)
  }
}

/** A getter that throws in an opaque origin. */
function factoryOf(self: Window): IDBFactory | undefined {
  try {
    return (self as Window & { indexedDB?: IDBFactory }).indexedDB
  } catch {
    return undefined
  }
}
