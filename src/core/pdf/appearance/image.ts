import { zlibSync } from 'fflate'
import { PdfDict, PdfStream, name } from '../objects.ts'
import type { PdfObject, PdfRef } from '../objects.ts'
import type { PdfUpdate } from '../update.ts'

/** More pixels than any mark needs: a guard against a request that would eat the memory. */
const MAX_PIXELS = 16_000_000

/**
 * Writes pixels as an image with a soft mask; on white instead where transparency is forbidden (PDF/A-1, 6.4).
 *
 * @throws RangeError when the pixels do not fill the size
 */
export function addImage(
  update: PdfUpdate,
  { width, height, rgba }: Readonly<{ width: number; height: number; rgba: Uint8Array }>,
  colorSpace: PdfObject,
  mayBeTransparent: boolean,
): PdfRef {
  const count = width * height
  if (!Number.isInteger(width) || !Number.isInteger(height) || count < 1 || count > MAX_PIXELS) {
    throw new RangeError('an image of impossible size')
  }
  if (rgba.length !== 4 * count) throw new RangeError('the pixels do not fill the image')
  const rgb = new Uint8Array(3 * count)
  const alpha = new Uint8Array(count)
  let isOpaque = true
  for (let i = 0; i < count; i++) {
    const a = rgba[4 * i + 3] ?? 255
    alpha[i] = a
    isOpaque &&= a === 255
    for (let c = 0; c < 3; c++) {
      const value = rgba[4 * i + c] ?? 0
      rgb[3 * i + c] = mayBeTransparent ? value : Math.round((value * a + 255 * (255 - a)) / 255)
    }
  }
  const mask = isOpaque || !mayBeTransparent ? null : update.add(image(width, height, name('DeviceGray'), alpha))
  return update.add(image(width, height, colorSpace, rgb, mask))
}

function image(
  width: number,
  height: number,
  colorSpace: PdfObject,
  data: Uint8Array,
  mask: PdfRef | null = null,
): PdfStream {
  const dict = PdfDict.of({
    Type: name('XObject'),
    Subtype: name('Image'),
    Width: width,
    Height: height,
    ColorSpace: colorSpace,
    BitsPerComponent: 8,
    Filter: name('FlateDecode'),
    SMask: mask ?? undefined,
  })
  return new PdfStream(dict, { data: zlibSync(data) })
}
