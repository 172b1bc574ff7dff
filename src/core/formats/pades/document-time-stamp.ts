/** A document time-stamp as an incremental update: ISO 32000-2, 12.8.5; EN 319 142-1, 5.4.3. */
import { blobSource } from '../../bytes/byte-source.ts'
import { digestBlob } from '../../bytes/digest-blob.ts'
import { writeHex } from '../../bytes/bytes.ts'
import { readForm } from '../../pdf/fields.ts'
import { PdfDict, name } from '../../pdf/objects.ts'
import { openPdf } from '../../pdf/open.ts'
import { placeSignature } from '../../pdf/signature-field.ts'
import { PdfUpdate } from '../../pdf/update.ts'
import type { Ports } from '../../ports.ts'
import { requestTimeStamp } from '../../tsp/request-time-stamp.ts'
import type { ExtendOptions } from '../format.ts'
import { fillByteRange, reserve } from './placeholder.ts'

/** Octets kept free for the token; a larger one is asked for again with the room that it needs. */
const ROOM = 16_384

/** @throws SignError `TSA_*`, `NETWORK_*`, `FORMAT_*`; AbortError */
export async function addDocumentTimeStamp(blob: Blob, ports: Ports, options: ExtendOptions): Promise<Blob> {
  const first = await attempt(blob, ROOM, ports, options)
  if (first instanceof Blob) return first
  // Nonce and time are new: leave some octets for them.
  const second = await attempt(blob, first.needed + 1024, ports, options)
  if (second instanceof Blob) return second
  throw new RangeError(`a time-stamp token that grows: ${second.needed} octets`)
}

async function attempt(
  blob: Blob,
  room: number,
  ports: Ports,
  { authority, password, signal }: ExtendOptions,
): Promise<Blob | { needed: number }> {
  const document = await openPdf(blobSource(blob), password === undefined ? {} : { password })
  const update = PdfUpdate.start(document)
  const place = reserve(room, document.size)
  const stamp = update.add(
    PdfDict.of({
      Type: name('DocTimeStamp'),
      Filter: name('Adobe.PPKLite'),
      SubFilter: name('ETSI.RFC3161'),
      ByteRange: place.byteRange,
      Contents: place.contents,
    }),
  )
  const draw = { draw: () => Promise.resolve(null) }
  await placeSignature(update, await readForm(document), { kind: 'new' }, stamp, draw)
  const built = await update.build(ports.random)
  const at = fillByteRange(built, place, document.size)
  const appended = built.bytes.slice()
  const covered = [blob, appended.subarray(0, at - 1), appended.subarray(at + place.digits + 1)]
  const digest = authority.digest ?? 'SHA-256'
  const hash = await digestBlob(covered, digest, ports.engine, signal ? { signal } : {})
  const { token } = await requestTimeStamp({ hash }, authority, ports, signal)
  if (token.length > room) return { needed: token.length }
  writeHex(appended, at, token)
  return new Blob([blob, appended], { type: 'application/pdf' })
}
