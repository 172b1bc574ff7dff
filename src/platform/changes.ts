/** Tells this tab and the others of the same storage that something was changed; carries no data. */
export interface Changes {
  notify(): void
  subscribe(listener: () => void): () => void
}

export function changesOf(topic: string): Changes {
  const listeners = new Set<() => void>()
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(`countersign:${topic}`) : null
  const tell = (): void => {
    for (const listener of listeners) listener()
  }
  channel?.addEventListener('message', tell)
  return {
    notify() {
      tell()
      channel?.postMessage(null)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
