/** Records of one kind in the vault; a change is one transaction, over all tabs and frames that share the storage. */
export interface RecordShelf<T extends Readonly<{ id: string }>> {
  all(): Promise<readonly T[]>
  get(id: string): Promise<T | null>
  /**
   * Reads, changes and writes; on the disk when it resolves. `change` runs within the transaction, so it is synchronous; null
   * removes the record, and a throw leaves everything as it was.
   */
  change(id: string, change: (now: T | null) => T | null): Promise<T | null>
  onChange(listener: () => void): () => void
}
