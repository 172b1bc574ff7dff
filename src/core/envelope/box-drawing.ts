import { latin1 } from '../bytes/bytes.ts'
import { PdfDict, PdfStream, name } from '../pdf/objects.ts'
import { numberText } from '../pdf/serialize.ts'

/** How a check box of that size looks, ticked and not: drawn when it is reserved, so that ticking touches only /V and /AS. */
export function boxForms(
  width: number,
  height: number,
  colors: PdfDict | null,
): Readonly<{ Yes: PdfStream; Off: PdfStream }> {
  const side = Math.min(width, height)
  const n = (value: number): string => numberText(Math.round(value * 100) / 100)
  const frame = `q 0.8 w 0.35 G ${n(0.4)} ${n(0.4)} ${n(width - 0.8)} ${n(height - 0.8)} re S Q`
  const at = (x: number, y: number): string => `${n(x * width)} ${n(y * height)}`
  const tick = `q ${n(0.1 * side)} w 1 J 1 j 0 G ${at(0.22, 0.5)} m ${at(0.42, 0.26)} l ${at(0.78, 0.76)} l S Q`
  const form = (content: string): PdfStream =>
    new PdfStream(
      PdfDict.of({
        Type: name('XObject'),
        Subtype: name('Form'),
        BBox: [0, 0, width, height],
        Resources: colors ? PdfDict.of({ ColorSpace: colors }) : undefined,
      }),
      { data: latin1(content) },
    )
  return { Yes: form(`${frame}\n${tick}`), Off: form(frame) }
}
