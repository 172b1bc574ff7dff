import { useEffect, useState } from 'react'
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist'
import { useServices } from '../services.tsx'
import { onRenderWarning } from './render-warnings.ts'
import type { PdfFailure } from './pdf-document.ts'

/** Size and place of one page, without drawing it. */
export type PageMeasure = Readonly<{ width: number; height: number }>

/** An open PDF for the viewer and for whoever needs its geometry. */
export interface PdfView {
  readonly pages: number
  /** Of the first page at scale 1: what an unmeasured page is taken for. */
  readonly first: PageMeasure
  readonly document: PDFDocumentProxy
  /** @param number 1-based */
  page(number: number): Promise<PDFPageProxy>
}

export type PdfState =
  | Readonly<{ status: 'loading' }>
  | Readonly<{ status: 'open'; view: PdfView; warnings: readonly string[] }>
  | Readonly<{ status: 'failed'; kind: PdfFailure; message: string }>

const LOADING: PdfState = { status: 'loading' }
const MAX_WARNINGS = 20

async function viewOf(document: PDFDocumentProxy): Promise<PdfView> {
  const { width, height } = (await document.getPage(1)).getViewport({ scale: 1 })
  return {
    pages: document.numPages,
    first: { width, height },
    document,
    page: async (number) => document.getPage(number),
  }
}

/** Opens `blob` while the component lives; pdf.js itself is loaded on first use. Null: nothing to show. */
export function usePdf(blob: Blob | null, password?: () => string): PdfState {
  const { scriptUrl } = useServices()
  const [held, setHeld] = useState<Readonly<{ blob: Blob; state: PdfState }> | null>(null)
  useEffect(() => {
    if (!blob) return
    const setState = (state: PdfState) => setHeld({ blob, state })
    let current = true
    let close = () => undefined as void
    const warnings: string[] = []
    const stopWarnings = onRenderWarning((warning) => {
      if (!current || warnings.includes(warning) || warnings.length >= MAX_WARNINGS) return
      warnings.push(warning)
      setHeld((now) =>
        now?.state.status === 'open' ? { ...now, state: { ...now.state, warnings: [...warnings] } } : now,
      )
    })
    const open = async () => {
      const { openPdf } = await import('./pdf-document.ts')
      const pdf = await openPdf(blob, { scriptUrl, password: password?.() })
      close = () => pdf.close()
      if (!current) return close()
      const view = await viewOf(pdf.document)
      if (current) setState({ status: 'open', view, warnings: [...warnings] })
    }
    open().catch((error: unknown) => {
      if (!current) return
      const kind = (error as { kind?: PdfFailure }).kind ?? 'unreadable'
      setState({ status: 'failed', kind, message: error instanceof Error ? error.message : String(error) })
    })
    return () => {
      current = false
      stopWarnings()
      close()
      // A page that is hidden keeps its state: shown again, it must not meet a document that was closed.
      setHeld(null)
    }
  }, [blob, password, scriptUrl])
  return held && held.blob === blob ? held.state : LOADING
}
