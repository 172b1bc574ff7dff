import { useEffect, useState } from 'react'
import type { PageViewport } from 'pdfjs-dist'
import type { PdfView } from './use-pdf.ts'

/** The page as seen at one px per point; null until it is known. */
export function useSpace(view: PdfView | null, page: number): PageViewport | null {
  const [space, setSpace] = useState<PageViewport | null>(null)
  useEffect(() => {
    if (!view) return
    let current = true
    view
      .page(page)
      .then((proxy) => current && setSpace(proxy.getViewport({ scale: 1 })))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [view, page])
  return space
}
