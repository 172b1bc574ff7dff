import { latin1, toHex } from '../bytes/bytes.ts'
import { PdfDict, PdfName, PdfRaw, PdfRef, PdfStream, PdfString } from './objects.ts'
import type { PdfObject } from './objects.ts'

/** Encrypts a string of the object being written; identity for a file that is not encrypted. */
export type StringCipher = (bytes: Uint8Array) => Uint8Array

/** Growing output whose length is known at every moment, so that offsets can be noted. Text is Latin-1. */
export class PdfOutput {
  readonly parts: Uint8Array[] = []
  /** Where a raw token was written: offset of its first character in this output. */
  readonly marks = new Map<PdfRaw, number>()
  private text = ''
  private flushed = 0

  get length(): number {
    return this.flushed + this.text.length
  }

  write(text: string): void {
    this.text += text
  }

  writeBytes(bytes: Uint8Array): void {
    this.flush()
    this.parts.push(bytes)
    this.flushed += bytes.length
  }

  take(): Uint8Array[] {
    this.flush()
    return this.parts
  }

  private flush(): void {
    if (this.text === '') return
    this.parts.push(latin1(this.text))
    this.flushed += this.text.length
    this.text = ''
  }
}

/** Writes one object in ISO 32000-2, 7.3 syntax. A stream must carry its data, already encrypted if need be. */
export function writeObject(out: PdfOutput, object: PdfObject, cipher?: StringCipher): void {
  if (object === null) out.write('null')
  else if (typeof object === 'boolean') out.write(String(object))
  else if (typeof object === 'number') out.write(numberText(object))
  else if (object instanceof PdfName) out.write(nameText(object.value))
  else if (object instanceof PdfString)
    out.write(stringText(cipher ? cipher(object.bytes) : object.bytes, object.hex || cipher !== undefined))
  else if (object instanceof PdfRef) out.write(`${object.number} ${object.generation} R`)
  else if (object instanceof PdfRaw) {
    out.marks.set(object, out.length)
    out.write(object.text)
  } else if (object instanceof PdfDict) writeDict(out, object, cipher)
  else if (object instanceof PdfStream) writeStream(out, object, cipher)
  else writeArray(out, object, cipher)
}

function writeDict(out: PdfOutput, dict: PdfDict, cipher?: StringCipher): void {
  out.write('<<')
  for (const [key, value] of dict.entries) {
    out.write(nameText(key))
    if (needsSpace(value)) out.write(' ')
    writeObject(out, value, cipher)
  }
  out.write('>>')
}

function writeArray(out: PdfOutput, items: readonly PdfObject[], cipher?: StringCipher): void {
  out.write('[')
  items.forEach((item, i) => {
    if (i > 0) out.write(' ')
    writeObject(out, item, cipher)
  })
  out.write(']')
}

function writeStream(out: PdfOutput, stream: PdfStream, cipher?: StringCipher): void {
  if (!stream.data) throw new TypeError('a stream to be written must carry its data')
  writeDict(out, stream.dict.with({ Length: stream.data.length }), cipher)
  out.write('\nstream\n')
  out.writeBytes(stream.data)
  out.write('\nendstream')
}

/** After a name key, tokens that do not start with a delimiter need a space. */
function needsSpace(value: PdfObject): boolean {
  return !(value instanceof PdfDict || value instanceof PdfName || value instanceof PdfString || Array.isArray(value))
}

/** PDF has no exponents; ten decimals are more than any reader keeps. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '0'
  const plain = String(value)
  if (!plain.includes('e')) return plain
  const fixed = value.toFixed(10)
  return Math.abs(value) >= 1 ? BigInt(Math.round(value)).toString() : fixed.replace(/\.?0+$/, '').replace(/^-0$/, '0')
}

export function nameText(value: string): string {
  return `/${value.replace(/[^!-~]|[#()<>[\]{}/%]/g, (c) => `#${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}`
}

const ESCAPES: Readonly<Record<string, string>> = { '(': '\\(', ')': '\\)', '\\': '\\\\', '\r': '\\r', '\n': '\\n' }

function stringText(bytes: Uint8Array, hex: boolean): string {
  if (hex) return `<${toHex(bytes)}>`
  let out = '('
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    out += ESCAPES[character] ?? character
  }
  return `${out})`
}

/** A text string (7.9.2.2): ASCII as it is, anything else as UTF-16BE with its mark, in hexadecimal. */
export function textString(text: string): PdfString {
  if (/^[\x20-\x7e\r\n\t]*$/.test(text)) return new PdfString(latin1(text))
  const bytes = new Uint8Array(2 + 2 * text.length)
  bytes.set([0xfe, 0xff])
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 + 2 * i] = unit >> 8
    bytes[3 + 2 * i] = unit & 255
  }
  return new PdfString(bytes, true)
}

/** A date (7.9.4) in UTC, to the second. */
export function dateString(date: Date): PdfString {
  return new PdfString(latin1(`D:${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))
}
