/** PEM, RFC 7468, as tools write it: text before and after, any line ends. */
import { fromBase64, fromLatin1, toBase64 } from './bytes.ts'

export type PemBlock = Readonly<{
  label: string
  bytes: Uint8Array
  /** RFC 1421 headers inside the block: 'DEK-Info' of an encrypted key. */
  headers: ReadonlyMap<string, string>
}>

/** Blocks in their order; what is not base64 inside is passed over. */
export function parsePem(bytes: Uint8Array): readonly PemBlock[] {
  const text = fromLatin1(bytes)
  const blocks: PemBlock[] = []
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 #]{1,64})-----((?:[^-]|-(?!----))*)-----END \1-----/g)) {
    const [, label = '', body = ''] = match
    try {
      const headers = new Map(
        [...body.matchAll(/^([A-Za-z-]+): *([^\r\n]*)\r?$/gm)].map(([, key = '', value = '']) => [key, value]),
      )
      blocks.push({ label, bytes: fromBase64(body.replace(/^[^\n]*:[^\n]*$/gm, '')), headers })
    } catch {
      continue
    }
  }
  return blocks
}

export function encodePem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
