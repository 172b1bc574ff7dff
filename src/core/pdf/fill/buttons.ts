import { latin1 } from '../../bytes/bytes.ts'
import type { FormField, Widget } from '../fields.ts'
import { PdfDict, PdfStream, name } from '../objects.ts'
import type { Resolver } from '../objects.ts'
import { numberText } from '../serialize.ts'
import { rectOf } from '../signature-field.ts'
import type { PdfUpdate } from '../update.ts'
import { optionsOf } from './choices.ts'

/** States other than Off that a widget has appearances for (ISO 32000-2, 12.7.5.2.3). */
export async function onStates(reader: Resolver, widget: Widget): Promise<string[]> {
  const appearances = await reader.resolve(widget.dict.get('AP'))
  const normal = appearances instanceof PdfDict ? await reader.resolve(appearances.get('N')) : null
  return normal instanceof PdfDict ? [...normal.entries.keys()].filter((state) => state !== 'Off') : []
}

/** The state that a value means: a state's name, or an export value of /Opt by its widget's place. */
export async function checkedState(update: PdfUpdate, field: FormField, value: string | true): Promise<string | null> {
  const states: string[] = []
  for (const widget of field.widgets) states.push((await onStates(update, widget))[0] ?? '')
  const known = states.filter((state) => state !== '')
  if (value === true) return known[0] ?? 'Yes'
  if (known.includes(value)) return value
  const options = await optionsOf(update, field)
  const index = options.findIndex(({ exported }) => exported === value)
  if (index >= 0) return states[index] ?? null
  return known.length === 0 ? value : null
}

/** A plain tick for a box that has no appearances of its own. */
export async function stateAppearance(
  update: PdfUpdate,
  widget: Widget,
  state: string,
  colors: PdfDict | null,
): Promise<PdfDict> {
  const [x1, y1, x2, y2] = (await rectOf(update.document, widget.dict)) ?? [0, 0, 1, 1]
  const [width, height] = [x2 - x1, y2 - y1]
  const at = (x: number, y: number): string => `${numberText(x * width)} ${numberText(y * height)}`
  const tick = `q 0 G ${numberText(0.09 * Math.min(width, height))} w 1 J 1 j ${at(0.2, 0.5)} m ${at(0.42, 0.25)} l ${at(0.8, 0.78)} l S Q`
  const dict = PdfDict.of({
    Type: name('XObject'),
    Subtype: name('Form'),
    BBox: [0, 0, width, height],
    Resources: PdfDict.of({ ColorSpace: colors ?? undefined }),
  })
  const form = (content: string): PdfStream => new PdfStream(dict, { data: latin1(content) })
  return PdfDict.of({ N: PdfDict.of({ [state]: update.add(form(tick)), Off: update.add(form('')) }) })
}
