/** What pdf.js says while it draws, from its worker and from the page, for whoever shows the document. */

type Listener = (warning: string) => void

const listeners = new Set<Listener>()

// Repairs and hints that change nothing of what is seen. Everything else is shown: a false alarm costs less than a hidden picture.
const HARMLESS = [
  /^TT: /,
  /^Indexing all PDF objects/,
  /fetchStandardFontData/,
  /^Setting up fake worker/,
  /^Trying to load compiled font renderer/,
  /Could not find a preferred cmap table/,
  /^Invalid stream: .*Lookup/,
  /^ignoring zlib checksum/i,
  /^Deprecated API usage/,
  /^TypedFunction/,
  // A document was closed while a page of it was read: nobody looks at it any more.
  /Worker task was terminated/,
]

/** The warning without its prefix; null when it says nothing about what is seen. */
export function relevantWarning(text: string): string | null {
  const match = /^Warning: ([\s\S]+)$/.exec(text)
  const warning = match?.[1]?.trim()
  if (!warning || HARMLESS.some((pattern) => pattern.test(warning))) return null
  return warning.slice(0, 300)
}

function tell(text: string): void {
  const warning = relevantWarning(text)
  if (warning !== null) for (const listener of listeners) listener(warning)
}

export function onRenderWarning(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** @param worker the one of pdf.worker.ts */
export function listenToWorker(worker: Worker): void {
  worker.addEventListener('message', ({ data }: MessageEvent<{ renderWarning?: unknown } | null>) => {
    if (typeof data?.renderWarning === 'string') tell(data.renderWarning)
  })
}

let listening = false

/** pdf.js draws in the page and warns by console.warn there too; it has no other way to hear it. */
export function listenToPage(): void {
  if (listening) return
  listening = true
  const output = globalThis.console
  const warn = output.warn.bind(output)
  output.warn = (...data: unknown[]) => {
    if (typeof data[0] === 'string') tell(data[0])
    warn(...data)
  }
}
