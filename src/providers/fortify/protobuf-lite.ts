/**
 * The two classes of protobufjs that Fortify's socket library uses, for the field types of its messages.
 *
 * protobufjs compiles its codecs with `new Function`, which the CSP forbids; client-core takes whatever stands in
 * `window.protobuf`, so these take its place. Proto2 wire format: varint and length-delimited fields.
 */

type ScalarType = 'bytes' | 'string' | 'uint32' | 'bool'
type Rule = 'required' | 'repeated' | undefined
type Scalar = Uint8Array | readonly never[] | string | number | boolean
type Message = Record<string, Scalar | Scalar[] | undefined>

const DEFAULTS: Record<ScalarType, Scalar> = { bytes: [], string: '', uint32: 0, bool: false }

export class Field {
  readonly name: string
  readonly id: number
  readonly type: ScalarType
  readonly rule: Rule

  constructor(name: string, id: number, type: string, rule?: Rule) {
    if (!(type in DEFAULTS)) throw new TypeError(`protobuf: field type ${type} is not supported`)
    this.name = name
    this.id = id
    this.type = type as ScalarType
    this.rule = rule
  }
}

export class Type {
  readonly name: string
  private readonly fields = new Map<number, Field>()

  constructor(name: string) {
    this.name = name
  }

  add(field: Field): this {
    this.fields.set(field.id, field)
    return this
  }

  /** Fields in the order of their numbers; a missing required field is written as its default. */
  encode(message: Message): { finish(): Uint8Array } {
    const out: number[] = []
    for (const field of [...this.fields.values()].sort((a, b) => a.id - b.id)) {
      const value = message[field.name]
      if (field.rule === 'repeated') {
        for (const item of Array.isArray(value) ? value : []) writeField(out, field, item as Scalar)
      } else if (value !== undefined && value !== null) {
        writeField(out, field, value as Scalar)
      } else if (field.rule === 'required') {
        writeField(out, field, DEFAULTS[field.type])
      }
    }
    return { finish: () => Uint8Array.from(out) }
  }

  /** @throws Error when a required field is missing (that is how message kinds are told apart) or the bytes end early. */
  decode(bytes: Uint8Array): Message {
    const message: Message = {}
    const seen = new Set<number>()
    for (const field of this.fields.values())
      message[field.name] = field.rule === 'repeated' ? [] : DEFAULTS[field.type]
    const reader = { bytes, at: 0 }
    while (reader.at < bytes.length) {
      const tag = readVarint(reader)
      const field = this.fields.get(tag >>> 3)
      const wire = tag & 7
      if (!field) {
        skip(reader, wire)
        continue
      }
      seen.add(field.id)
      const value = readField(reader, field, wire)
      const list = message[field.name]
      if (field.rule === 'repeated' && Array.isArray(list)) (list as Scalar[]).push(value)
      else message[field.name] = value
    }
    for (const field of this.fields.values()) {
      if (field.rule === 'required' && !seen.has(field.id)) throw new Error(`missing required '${field.name}'`)
    }
    return message
  }
}

const isVarint = (type: ScalarType): boolean => type === 'uint32' || type === 'bool'

function writeVarint(out: number[], value: number): void {
  let rest = value >>> 0
  while (rest > 127) {
    out.push((rest & 127) | 128)
    rest >>>= 7
  }
  out.push(rest)
}

function writeField(out: number[], field: Field, value: Scalar): void {
  writeVarint(out, ((field.id << 3) | (isVarint(field.type) ? 0 : 2)) >>> 0)
  if (isVarint(field.type)) {
    writeVarint(out, Number(value))
    return
  }
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value as Uint8Array)
  writeVarint(out, bytes.length)
  for (const byte of bytes) out.push(byte)
}

type Reader = { readonly bytes: Uint8Array; at: number }

function readVarint(reader: Reader): number {
  let value = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = reader.bytes[reader.at++]
    if (byte === undefined) throw new RangeError('index out of range')
    if (shift < 32) value |= (byte & 127) << shift
    if (byte < 128) return value >>> 0
  }
  throw new Error('invalid varint encoding')
}

function readBytes(reader: Reader): Uint8Array {
  const length = readVarint(reader)
  const end = reader.at + length
  if (end > reader.bytes.length) throw new RangeError('index out of range')
  const value = reader.bytes.slice(reader.at, end)
  reader.at = end
  return value
}

function readField(reader: Reader, field: Field, wire: number): Scalar {
  if (wire !== (isVarint(field.type) ? 0 : 2)) throw new Error(`invalid wire type ${wire} for '${field.name}'`)
  switch (field.type) {
    case 'uint32':
      return readVarint(reader)
    case 'bool':
      return readVarint(reader) !== 0
    case 'string':
      return new TextDecoder().decode(readBytes(reader))
    case 'bytes':
      return readBytes(reader)
  }
}

function skip(reader: Reader, wire: number): void {
  if (wire === 0) readVarint(reader)
  else if (wire === 1) reader.at += 8
  else if (wire === 2) readBytes(reader)
  else if (wire === 5) reader.at += 4
  else throw new Error(`invalid wire type ${wire}`)
  if (reader.at > reader.bytes.length) throw new RangeError('index out of range')
}
