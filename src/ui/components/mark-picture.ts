import { SignError } from '../../core/errors.ts'
import type { SignatureMark } from '../../core/pdf/appearance/appearance.ts'
import { imageSize } from '../../core/pdf/appearance/image-size.ts'

/** Of the file, and of what it unfolds to: a small file can hold a picture that eats the memory. */
const LIMITS = { megabytes: 5, megapixels: 25 } as const
/** More than a printed signature shows. */
const LONGEST_SIDE = 900

/**
 * A PNG or JPEG picture as a mark, made as large as it can be of use and cut to what is not transparent.
 *
 * @throws SignError `FORMAT_IMAGE_TOO_LARGE`, `FORMAT_IMAGE_UNSUPPORTED`
 */
export async function readMarkPicture(file: Blob): Promise<SignatureMark> {
  if (file.size > LIMITS.megabytes * 1e6) throw tooLarge()
  const bytes = new Uint8Array(await file.arrayBuffer())
  const size = imageSize(bytes)
  if (!size) throw unsupported()
  if (size.width * size.height > LIMITS.megapixels * 1e6) throw tooLarge()
  const bitmap = await createImageBitmap(new Blob([bytes], { type: size.type })).catch((cause: unknown) => {
    throw unsupported(cause)
  })
  try {
    // What was decoded counts, not what the header said: a JPEG may be turned.
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height))
    const width = Math.max(1, Math.round(bitmap.width * scale))
    const height = Math.max(1, Math.round(bitmap.height * scale))
    const context = new OffscreenCanvas(width, height).getContext('2d')
    if (!context) throw unsupported()
    context.imageSmoothingQuality = 'high'
    context.drawImage(bitmap, 0, 0, width, height)
    return cropped(context, width, height)
  } finally {
    bitmap.close()
  }
}

const tooLarge = (): SignError =>
  new SignError('FORMAT_IMAGE_TOO_LARGE', 'the picture is too large', { details: LIMITS })
const unsupported = (cause?: unknown): SignError =>
  new SignError('FORMAT_IMAGE_UNSUPPORTED', 'no PNG or JPEG picture that can be decoded', { cause })

function cropped(context: OffscreenCanvasRenderingContext2D, width: number, height: number): SignatureMark {
  const { data } = context.getImageData(0, 0, width, height)
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[4 * (y * width + x) + 3] ?? 0) === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  if (right < 0) throw unsupported()
  const [w, h] = [right - left + 1, bottom - top + 1]
  const inside = context.getImageData(left, top, w, h).data
  return { kind: 'image', width: w, height: h, rgba: new Uint8Array(inside.buffer) }
}
