import type { WireConfirmRequest, WireFetchRequest, WireSaveRequest } from './protocol/messages.ts'

/** What `loadDocument` gives back. */
export type LoadedDocument = Readonly<{
  blob: Blob
  name?: string
  type?: string
  /** Whatever names this version in your store (an ETag, a revision): handed back to `save` as `ifVersion`. */
  version?: string
}>

/** A signed document to store. `sha256` is lower-case hex of the signed bytes. */
export type SavedDocument = Readonly<Pick<WireSaveRequest, 'name' | 'type' | 'blob' | 'sha256'>>

/** What the host does for the signer. All may be absent; each one that is there is offered to the frame as an ability. */
export type HostPorts = Readonly<{
  /** Reads a document that `sign` named by `id` only. */
  loadDocument?: (ref: { id: string; name: string }, signal: AbortSignal) => Promise<LoadedDocument>
  /**
   * Stores a signed document. Resolve only when it is stored: the act counts as final then, and not before. The same
   * `idempotencyKey` may come twice and must be stored once. Throw an error with `code: 'HOST_CONFLICT'` when the stored
   * version is not `ifVersion` (empty: nothing is replaced, the file is new); any other error is shown as "not saved", with a retry.
   */
  save?: (
    ref: { id: string; name: string },
    document: SavedDocument,
    guard: { ifVersion: string; idempotencyKey: string },
  ) => Promise<{ version?: string } | void>
  list?: () => Promise<readonly { id: string; name: string }[]>
  /** Fetches time-stamps and revocation data where the browser cannot (no CORS): only digests and serial numbers leave. */
  fetch?: (request: WireFetchRequest, signal: AbortSignal) => Promise<{ status: number; body: ArrayBuffer }>
  /** `send`: send the person a one-time code; `check`: is `code` right? Resolve with the truth of it. */
  confirm?: (request: WireConfirmRequest, signal: AbortSignal) => Promise<boolean>
}>
