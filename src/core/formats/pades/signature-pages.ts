import type { PdfDocument } from '../../pdf/document.ts'
import { PdfRef, isArray } from '../../pdf/objects.ts'
import { walkPages } from '../../pdf/pages.ts'
import type { PdfSignature } from '../../pdf/signatures.ts'

/** The 1-based page of each visible signature; undefined for an invisible one. Pages are walked only when one is visible. */
export async function pageNumbersOf(
  document: PdfDocument,
  signatures: readonly PdfSignature[],
): Promise<readonly (number | undefined)[]> {
  const visible = await Promise.all(signatures.map((signature) => isVisible(document, signature)))
  if (!visible.includes(true)) return signatures.map(() => undefined)
  const numbers = new Map<number, number>()
  for await (const page of walkPages(document)) {
    const annotations = await document.value(page.dict, 'Annots')
    for (const item of isArray(annotations) ? annotations : []) {
      if (item instanceof PdfRef && !numbers.has(item.number)) numbers.set(item.number, page.index + 1)
    }
  }
  return signatures.map(({ field }, i) => {
    const on = field.widgets.map(({ ref }) => numbers.get(ref.number)).find((page) => page !== undefined)
    return visible[i] ? on : undefined
  })
}

async function isVisible(document: PdfDocument, { field }: PdfSignature): Promise<boolean> {
  for (const { dict } of field.widgets) {
    const rect = await document.value(dict, 'Rect')
    const [left, bottom, right, top] = isArray(rect) ? rect : []
    if (typeof left !== 'number' || typeof bottom !== 'number') continue
    if (right !== left && top !== bottom) return true
  }
  return false
}
