import { AnnotationLayer, AnnotationType } from 'pdfjs-dist'
import type { PageViewport } from 'pdfjs-dist'
import { valueOf } from '../../app/form-values.ts'
import type { FormValues } from '../../app/form-values.ts'
import type { FieldValue, FormFieldInfo } from '../../core/pdf/fill/describe.ts'
import type { PdfView } from './use-pdf.ts'

/** The form of the document on the screen: what its fields are, and what a person has put in so far. */
export interface FillableForm {
  /** Another one: the controls are made anew. */
  readonly key: string
  readonly fields: ReadonlyMap<string, FormFieldInfo>
  readonly values: () => FormValues
  readonly onChange: (name: string, value: FieldValue) => void
  /** What a screen reader says of a field. */
  readonly labelOf: (field: FormFieldInfo) => string
}

/** What we read of pdf.js's widget annotations. */
type Widget = Readonly<{
  id: string
  annotationType: number
  fieldType?: string
  fieldName: string
  fieldValue: unknown
  rect: readonly number[]
  pushButton?: boolean
  checkBox?: boolean
  radioButton?: boolean
  exportValue?: string | null
  buttonValue?: string | null
  readOnly?: boolean
  options?: readonly Readonly<{ exportValue: string; displayValue: string }>[]
}>

type Drawing = Readonly<{
  view: PdfView
  number: number
  viewport: PageViewport
  container: HTMLDivElement
  /** Pictures of the states of buttons, which the page's drawing leaves to the layer. */
  canvases: Map<string, HTMLCanvasElement>
  form: FillableForm
  isCurrent: () => boolean
}>

/**
 * The fields of one page as native controls over its picture. pdf.js makes them and keeps what is typed in its storage; from
 * there it goes to the session, and our own writer puts it into the document. Scripts of the form do not run.
 *
 * @returns takes the layer away
 */
export async function renderForm(drawing: Drawing): Promise<() => void> {
  const { view, number, viewport, container, canvases, form } = drawing
  const page = await view.page(number)
  const all = (await page.getAnnotations({ intent: 'display' })) as readonly Widget[]
  const fieldObjects = await view.document.getFieldObjects()
  if (!drawing.isCurrent()) return () => undefined
  const { annotationStorage } = view.document
  const widgets = all.filter(isFillable).map((widget) => prepared(widget, drawing))
  const layer = new AnnotationLayer({
    div: container,
    page,
    viewport: viewport.clone({ dontFlip: true }),
    annotationCanvasMap: canvases,
    annotationStorage,
    accessibilityManager: null,
    annotationEditorUIManager: null,
    structTreeLayer: null,
    commentManager: null,
    linkService: null,
  })
  await layer.render({
    annotations: widgets as unknown as object[],
    fieldObjects,
    renderForms: true,
    enableScripting: false,
    enableAnnotationEditing: false,
  } as unknown as Parameters<typeof layer.render>[0])
  placeOthers(container, all, canvases, viewport)
  const known = new Map(widgets.map((widget) => [widget.id, widget]))
  for (const element of controlsIn(container)) {
    const field = form.fields.get(element.name)
    if (field) element.setAttribute('aria-label', form.labelOf(field))
    if (field) element.setAttribute('aria-required', String(field.required))
  }
  const controller = new AbortController()
  const listen = (event: Event) => {
    const element = event.target
    const widget = isControl(element) ? known.get(element.dataset['elementId'] ?? '') : undefined
    if (!widget || !isControl(element)) return
    const stored = annotationStorage.getRawValue(widget.id) as { value?: unknown } | undefined
    form.onChange(widget.fieldName, collected(widget, element, stored?.value))
  }
  // Text speaks by `input`; pdf.js stores what is chosen by then, and what is ticked by `change`.
  container.addEventListener('input', listen, { signal: controller.signal })
  container.addEventListener('change', listen, { signal: controller.signal })
  return () => {
    controller.abort()
    layer.destroy()
  }
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

const isControl = (target: EventTarget | null): target is Control =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement

const controlsIn = (container: Element): readonly Control[] =>
  [...container.querySelectorAll('[data-element-id]')].filter(isControl)

/** Brings a field into sight and the cursor into it. False: it is not on this page. */
export function focusField(container: Element, name: string): boolean {
  const element = controlsIn(container).find((each) => each.name === name)
  if (!element) return false
  element.scrollIntoView({ block: 'center' })
  element.focus({ preventScroll: true })
  return true
}

const isFillable = ({ annotationType, fieldType, pushButton }: Widget): boolean =>
  annotationType === AnnotationType.WIDGET && fieldType !== 'Sig' && pushButton !== true

/** The widget as this person may use it, holding what the session holds. */
function prepared(widget: Widget, { form, view }: Drawing): Widget {
  const field = form.fields.get(widget.fieldName)
  const closed = !field || field.closed !== null || widget.readOnly === true
  const own = { ...withOwnChoice(widget), readOnly: closed, required: field?.required === true }
  const { annotationStorage } = view.document
  if (!field || !Object.hasOwn(form.values(), field.name)) {
    annotationStorage.remove(widget.id)
    return own
  }
  const value = valueOf(field, form.values())
  const shown = shownBy(widget, value)
  annotationStorage.setValue(widget.id, { value: shown })
  // Else pdf.js goes back to the text of the old appearance when the field is left.
  return { ...own, ...(typeof shown === 'boolean' ? {} : { fieldValue: shown, textContent: null }) }
}

/** What stands in an editable list and is none of its options is shown as well. */
function withOwnChoice(widget: Widget): Widget {
  const { options, fieldValue } = widget
  if (!options || !Array.isArray(fieldValue)) return widget
  const others = fieldValue.filter((value): value is string => typeof value === 'string' && value !== '')
  const missing = others.filter((value) => !options.some(({ exportValue }) => exportValue === value))
  const added = missing.map((value) => ({ exportValue: value, displayValue: value }))
  return { ...widget, options: [...options, ...added] }
}

function shownBy({ checkBox, radioButton, exportValue, buttonValue, fieldType }: Widget, value: FieldValue) {
  if (checkBox) return value === true || (value !== false && value === exportValue)
  if (radioButton) return value !== false && value === buttonValue
  if (fieldType === 'Ch') return typeof value === 'object' ? value : [String(value)]
  return typeof value === 'string' ? value : ''
}

function collected(widget: Widget, element: Control, stored: unknown): FieldValue {
  if (widget.checkBox) return stored === true ? (widget.exportValue ?? true) : false
  if (widget.radioButton) return stored === true ? (widget.buttonValue ?? true) : false
  if (!(element instanceof HTMLSelectElement)) return typeof stored === 'string' ? stored : element.value
  // The blank that pdf.js offers where nothing is chosen is no choice.
  const chosen = [...element.selectedOptions].filter((option) => !option.hidden).map((option) => option.value)
  return element.multiple ? chosen : (chosen[0] ?? '')
}

/** Push buttons are pictures here: nothing that they start is ever run. */
function placeOthers(
  container: HTMLElement,
  all: readonly Widget[],
  canvases: ReadonlyMap<string, HTMLCanvasElement | readonly HTMLCanvasElement[]>,
  viewport: PageViewport,
): void {
  const { pageWidth, pageHeight, pageX, pageY } = viewport.rawDims as Readonly<Record<string, number>> as {
    pageWidth: number
    pageHeight: number
    pageX: number
    pageY: number
  }
  for (const { id, rect } of all) {
    const drawn = canvases.get(id)
    if (!drawn || container.querySelector(`[data-annotation-id="${CSS.escape(id)}"]`)) continue
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = rect
    for (const canvas of drawn instanceof HTMLCanvasElement ? [drawn] : drawn) {
      canvas.className = 'form-picture'
      canvas.style.left = `${String((100 * (x1 - pageX)) / pageWidth)}%`
      canvas.style.top = `${String((100 * (pageY + pageHeight - y2)) / pageHeight)}%`
      canvas.style.width = `${String((100 * (x2 - x1)) / pageWidth)}%`
      canvas.style.height = `${String((100 * (y2 - y1)) / pageHeight)}%`
      container.prepend(canvas)
    }
  }
}
