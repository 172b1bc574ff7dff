/** One definition of where documents come from and go to; the SDK, the local page, the signing link and CRM pages all meet it. */

export type HostCapability = 'list' | 'note' | 'notify' | 'confirm' | 'fetch' | 'contacts' | 'fields' | 'resize'

export type HostContext = Readonly<{
  locale?: string
  theme?: 'light' | 'dark' | 'auto'
  record?: Readonly<{ type: string; id: string; title?: string }>
  user?: Readonly<{ id: string; name?: string; email?: string }>
}>

export type DocumentRef = Readonly<{ id: string; name: string }>

export type HostDocument = Readonly<{ blob: Blob; name: string; type: string; version: string }>

export interface DocumentHost {
  readonly id: string
  readonly capabilities: ReadonlySet<HostCapability>
  context(): Promise<HostContext>
  list(): Promise<readonly DocumentRef[]>
  open(ref: DocumentRef, signal: AbortSignal): Promise<HostDocument>
  /**
   * Resolves only when stored. Same idempotencyKey twice: stored once.
   *
   * @throws SignError `HOST_CONFLICT` when the stored version is not `ifVersion`; `HOST_SAVE_FAILED`.
   */
  save(
    ref: DocumentRef,
    blob: Blob,
    guard: { ifVersion: string; idempotencyKey: string },
  ): Promise<{ stored: DocumentRef; version: string }>
}
