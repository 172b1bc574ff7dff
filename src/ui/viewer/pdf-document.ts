import { getDocument, PasswordException, PDFDataRangeTransport, PDFWorker } from 'pdfjs-dist'
import type { PDFDocumentProxy } from 'pdfjs-dist'
// The suffix makes Vite bundle the worker and give its URL.
// oxlint-disable-next-line import/default
import workerUrl from './pdf.worker.ts?worker&url'
import { listenToPage, listenToWorker } from './render-warnings.ts'

const CHUNK = 64 * 1024

/** pdf.js asks for ranges and gets them from the Blob: the document is never in memory whole. */
class BlobTransport extends PDFDataRangeTransport {
  readonly #blob: Blob
  readonly #onFailure: (error: unknown) => void

  constructor(blob: Blob, head: Uint8Array, onFailure: (error: unknown) => void) {
    super(blob.size, head)
    this.#blob = blob
    this.#onFailure = onFailure
  }

  override requestDataRange(begin: number, end: number): void {
    this.#blob
      .slice(begin, end)
      .arrayBuffer()
      .then((buffer) => this.onDataRange(begin, new Uint8Array(buffer)))
      .catch(this.#onFailure)
  }
}

let shared: PDFWorker | null = null

/** Made by us: under Trusted Types pdf.js's own worker would fail and silently draw in the page's thread. */
function startWorker(scriptUrl: (url: string) => string): { port: Worker; worker: PDFWorker } {
  const port = new Worker(scriptUrl(workerUrl), { type: 'module' })
  listenToWorker(port)
  listenToPage()
  return { port, worker: PDFWorker.create({ port }) }
}

function sharedWorker(scriptUrl: (url: string) => string): PDFWorker {
  if (shared && !shared.destroyed) return shared
  shared = startWorker(scriptUrl).worker
  return shared
}

/** A worker that can be ended whatever a hostile file makes of it, with every document opened in it. */
export function ownWorker(scriptUrl: (url: string) => string): { worker: PDFWorker; end(): void } {
  const { port, worker } = startWorker(scriptUrl)
  return {
    worker,
    end() {
      worker.destroy()
      port.terminate()
    },
  }
}

export type PdfFailure = 'password' | 'unreadable'

export class PdfOpenError extends Error {
  readonly kind: PdfFailure

  constructor(kind: PdfFailure, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'PdfOpenError'
    this.kind = kind
  }
}

export interface OpenPdf {
  readonly document: PDFDocumentProxy
  close(): void
}

/**
 * Opens a PDF for looking at: no scripts, no XFA, nothing fetched but our own decoders, maps and fonts.
 *
 * @throws PdfOpenError
 */
export async function openPdf(
  blob: Blob,
  options: { scriptUrl: (url: string) => string; password?: string | undefined; worker?: PDFWorker },
): Promise<OpenPdf> {
  const assets = new URL('pdfjs/', globalThis.document.baseURI).href
  let fail: (error: unknown) => void = () => undefined
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  try {
    const head = new Uint8Array(await blob.slice(0, CHUNK).arrayBuffer())
    const task = getDocument({
      range: new BlobTransport(blob, head, (error) => fail(error)),
      rangeChunkSize: CHUNK,
      disableAutoFetch: true,
      disableStream: true,
      worker: options.worker ?? sharedWorker(options.scriptUrl),
      cMapUrl: `${assets}cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${assets}standard_fonts/`,
      wasmUrl: `${assets}wasm/`,
      iccUrl: `${assets}iccs/`,
      enableXfa: false,
      ...(options.password === undefined ? {} : { password: options.password }),
    })
    const document = await Promise.race([task.promise, failure]).catch((error: unknown) => {
      void task.destroy()
      throw error
    })
    failure.catch(() => undefined)
    return { document, close: () => void task.destroy() }
  } catch (error) {
    throw new PdfOpenError(error instanceof PasswordException ? 'password' : 'unreadable', error)
  }
}
