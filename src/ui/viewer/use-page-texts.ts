import { useEffect, useState } from 'react'
import type { PdfView } from './use-pdf.ts'

/** Past this a screen reader's user pages on, and the text comes with the page. */
const MAX_PAGES = 200
const START_AFTER_MS = 800

const NONE: ReadonlyMap<number, string> = new Map()

type TextPiece = Readonly<{ str?: string; hasEOL?: boolean }>

function plainText(items: readonly TextPiece[]): string {
  return items.map((item) => `${item.str ?? ''}${item.hasEOL ? '\n' : ''}`).join('')
}

/**
 * The text of each page, read quietly one after the other once the first pages are drawn, so that a screen reader finds
 * the whole document and not only the pages in sight. By page number.
 */
export function usePageTexts(view: PdfView): ReadonlyMap<number, string> {
  const [held, setHeld] = useState<Readonly<{ view: PdfView; texts: ReadonlyMap<number, string> }> | null>(null)
  useEffect(() => {
    let current = true
    const setTexts = (texts: ReadonlyMap<number, string>) => setHeld({ view, texts })
    const read = async () => {
      const found = new Map<number, string>()
      for (let number = 1; number <= Math.min(view.pages, MAX_PAGES) && current; number++) {
        const page = await view.page(number)
        const content = await page.getTextContent()
        found.set(number, plainText(content.items as readonly TextPiece[]))
        if (number % 10 === 0 && current) setTexts(new Map(found))
      }
      if (current) setTexts(found)
    }
    const timer = setTimeout(() => void read().catch(() => undefined), START_AFTER_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [view])
  return held?.view === view ? held.texts : NONE
}
