import { fromLatin1 } from '../../bytes/bytes.ts'
import type { PdfDict } from '../objects.ts'
import { PdfStream, nameOf } from '../objects.ts'
import { report, suspect, type Step } from './step.ts'

/** Comments that lie beside or lightly over the text. FreeText, Stamp, Redact and the like can show anything: never explained. */
const COMMENTS = new Set(['Text', 'Popup', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut'])
/** Text, images, other XObjects and shadings: what could pass for the document's own content. */
const SHOWS = /(?:^|[\s\])>])(?:Tj|TJ|'|"|Do|BI|sh)(?=[\s[(<]|$)/
const FILLS = /(?:^|\s)(?:f|F|f\*|B|B\*|b|b\*)(?=\s|$)/

type Place = Readonly<{ page: number; object: string }>

/**
 * An annotation added after the signature (DocMDP P 3). The evil annotation attack draws new content as one, so only plain
 * comments are explained, and only with a drawing that can neither show text nor hide what is beneath.
 */
export async function checkAnnotation(step: Step, annotation: PdfDict, place: Place): Promise<void> {
  const subtype = nameOf(await step.document.value(annotation, 'Subtype', step.after.view)) ?? ''
  const fault = COMMENTS.has(subtype) ? await drawingFault(step, annotation) : `a ${subtype || 'nameless'} annotation`
  if (fault) suspect(step, 'annotation-added', { ...place, evidence: fault })
  else report(step, 'annotations', 'comment', 'annotation-added', { ...place, evidence: subtype })
}

async function drawingFault(step: Step, annotation: PdfDict): Promise<string | null> {
  const { document, after } = step
  const appearance = await document.dict(annotation, 'AP', after.view)
  for (const key of appearance?.entries.keys() ?? []) {
    const state = await document.value(appearance, key, after.view)
    if (!(state instanceof PdfStream)) return 'an appearance with states'
    const content = await contentOf(step, state)
    if (content === null || SHOWS.test(content)) return 'its drawing shows text or images'
    if (FILLS.test(content) && !(await isMultiplied(step, state))) return 'its drawing hides what is beneath'
  }
  return null
}

async function contentOf(step: Step, stream: PdfStream): Promise<string | null> {
  const content = await step.document.decodedOrNull(stream, step.after.view, 1 << 20)
  return content && fromLatin1(content)
}

/** Every graphics state of the drawing blends by Multiply, so that what is beneath stays to be seen. */
async function isMultiplied(step: Step, stream: PdfStream): Promise<boolean> {
  const { document, after } = step
  const resources = await document.dict(stream.dict, 'Resources', after.view)
  const states = await document.dict(resources, 'ExtGState', after.view)
  const modes = await Promise.all(
    [...(states?.entries.keys() ?? [])].map(async (key) => {
      const state = await document.dict(states, key, after.view)
      return nameOf(await document.value(state, 'BM', after.view))
    }),
  )
  return modes.length > 0 && modes.every((mode) => mode === 'Multiply')
}
