import { toHex } from '../core/bytes/bytes.ts'
import { digestBlob } from '../core/bytes/digest-blob.ts'
import { browserEngine } from './engine.ts'

/** Lower-case hex SHA-256. */
export const digest = async (blob: Blob): Promise<string> => toHex(await digestBlob(blob, 'SHA-256', browserEngine))

export const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
