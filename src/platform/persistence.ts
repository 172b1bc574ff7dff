/** What the browser promises about this origin's storage. */
export type PersistenceState = Readonly<{
  /** Null: this browser does not say. */
  persisted: boolean | null
  usageBytes: number | null
  quotaBytes: number | null
}>

/** Never throws: a browser that does not say is an answer too. */
export const persistence = {
  async state(): Promise<PersistenceState> {
    const storage = storageManager()
    const persisted = (await storage?.persisted?.().catch(() => null)) ?? null
    const estimate = await storage?.estimate?.().catch(() => null)
    return { persisted, usageBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null }
  },
  /** From a click at the top level; Firefox asks the person, Chromium decides by itself. */
  async request(): Promise<void> {
    await storageManager()
      ?.persist?.()
      .catch(() => false)
  },
}

/** Absent in an insecure context. */
function storageManager(): Partial<StorageManager> | undefined {
  return (navigator as { storage?: StorageManager }).storage
}
