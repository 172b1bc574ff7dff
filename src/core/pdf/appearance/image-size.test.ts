import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, latin1 } from '../../bytes/bytes.ts'
import { imageSize } from './image-size.ts'

const be = (value: number, count: number) =>
  Uint8Array.from({ length: count }, (_each, i) => value >>> (8 * (count - 1 - i)))
const png = (width: number, height: number) =>
  concatBytes([latin1('\x89PNG\r\n\x1a\n'), be(13, 4), latin1('IHDR'), be(width, 4), be(height, 4), be(0, 9)])
const jpeg = (...segments: Uint8Array[]) => concatBytes([latin1('\xff\xd8'), ...segments])
const segment = (marker: number, body: Uint8Array) =>
  concatBytes([be(0xff00 | marker, 2), be(body.length + 2, 2), body])
const frame = (width: number, height: number) => concatBytes([be(8, 1), be(height, 2), be(width, 2), be(3, 1)])

test('the size is read from the header', () => {
  expect(imageSize(png(640, 480))).toEqual({ type: 'image/png', width: 640, height: 480 })
  const photo = jpeg(segment(0xe0, latin1('JFIF\0')), segment(0xc4, be(0, 20)), segment(0xc2, frame(300, 200)))
  expect(imageSize(photo)).toEqual({ type: 'image/jpeg', width: 300, height: 200 })
})

test('what is no picture, or says nothing sensible, is none', () => {
  for (const bytes of [
    new Uint8Array(),
    latin1('GIF89a'),
    latin1('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    png(0, 5),
    png(640, 480).subarray(0, 20),
    jpeg(segment(0xc0, frame(0, 9))),
    jpeg(segment(0xda, be(0, 9))),
    jpeg(concatBytes([be(0xffe0, 2), be(0, 2), be(0, 9)])),
  ]) {
    expect(imageSize(bytes)).toBeNull()
  }
})

test('no bytes make it fail or run on', () => {
  const start = fc.constantFrom(png(9, 9), jpeg(segment(0xe0, be(0, 4)), segment(0xc0, frame(9, 9))))
  const law = fc.property(start, fc.uint8Array({ maxLength: 40 }), fc.nat(60), (bytes, noise, at) => {
    const changed = Uint8Array.from(bytes)
    changed.set(noise.subarray(0, Math.max(0, changed.length - at)), Math.min(at, changed.length))
    const size = imageSize(changed)
    return size === null || (size.width > 0 && size.height > 0)
  })
  fc.assert(law, { numRuns: 500 })
})
