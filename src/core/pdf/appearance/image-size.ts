/** Of a picture as its header tells it, before anything decodes it. */
export type ImageSize = Readonly<{ type: 'image/png' | 'image/jpeg'; width: number; height: number }>

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** PNG or JPEG by content; null for anything else, and for a header that says nothing sensible. */
export function imageSize(bytes: Uint8Array): ImageSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = PNG.every((byte, i) => bytes[i] === byte) ? pngSize(view) : jpegSize(view)
  return found && found.width > 0 && found.height > 0 ? found : null
}

/** IHDR comes first (PNG, 5.6). */
function pngSize(view: DataView): ImageSize | null {
  if (view.byteLength < 24 || view.getUint32(12) !== 0x49484452) return null
  return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** The first frame header (ITU-T T.81, B.2.2). */
function jpegSize(view: DataView): ImageSize | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at + 9 <= view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    // SOF0 to SOF15 without the tables DHT, JPG and DAC.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { type: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    const length = view.getUint16(at + 2)
    if (length < 2 || marker === 0xda) return null
    at += 2 + length
  }
  return null
}
