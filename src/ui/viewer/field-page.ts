import type { PdfView } from './use-pdf.ts'

/** A field further back is not looked for; the person finds it by its name. */
const MAX_PAGES = 1000

type Placed = Readonly<{ page?: number }>

/** The page (1-based) that shows a field: the one that its widget names if that is true, else the first that holds it. */
export async function pageOfField(view: PdfView, field: string): Promise<number | null> {
  const fields = await view.document.getFieldObjects()
  const widgets = (fields?.get(field) ?? []) as readonly Placed[]
  const named = widgets.flatMap(({ page = -1 }) => (page >= 0 ? [page + 1] : []))
  for (const page of named) if (await isOn(view, page, field)) return page
  for (let page = 1; page <= Math.min(view.pages, MAX_PAGES); page++) if (await isOn(view, page, field)) return page
  return null
}

async function isOn(view: PdfView, number: number, field: string): Promise<boolean> {
  if (number > view.pages) return false
  const annotations = (await (await view.page(number)).getAnnotations()) as readonly Readonly<{ fieldName?: string }>[]
  return annotations.some(({ fieldName }) => fieldName === field)
}
