import { SignError } from '../errors.ts'

/** An element with its namespace worked out. Comments and processing instructions are dropped. */
export type XmlElement = Readonly<{
  namespace: string
  /** Local name. */
  name: string
  /** Attributes without a namespace, by local name. */
  attributes: ReadonlyMap<string, string>
  children: readonly XmlElement[]
  /** Text of the element itself, joined. */
  text: string
}>

const MAX_LENGTH = 16 << 20
const MAX_DEPTH = 100
const MAX_ELEMENTS = 100_000

const malformed = (message: string): SignError => new SignError('FORMAT_MALFORMED', `XML: ${message}`)

/**
 * A small strict XML 1.0 reader with namespaces, for manifests: UTF-8, no document type, no entities but the five.
 *
 * @throws SignError `FORMAT_MALFORMED`, `FORMAT_LIMIT_EXCEEDED`
 */
export function parseXml(bytes: Uint8Array): XmlElement {
  if (bytes.length > MAX_LENGTH) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'XML over 16 MiB')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SignError('FORMAT_MALFORMED', 'XML: not UTF-8', { cause })
  }
  return new Reader(text).document()
}

type Open = {
  prefix: string
  name: string
  namespaces: ReadonlyMap<string, string>
  attributes: Map<string, string>
  children: XmlElement[]
  text: string
}

// A name, and an attribute with its value. Sticky: nothing is skipped.
const TAG = /<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)/y
const ATTRIBUTE = /\s+((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const TAG_END = /\s*(\/?)>/y
const CLOSE = /<\/([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)\s*>/y

class Reader {
  private readonly text: string
  private at = 0
  private count = 0

  constructor(text: string) {
    this.text = text
  }

  document(): XmlElement {
    const stack: Open[] = []
    let root: XmlElement | null = null
    while (this.at < this.text.length) {
      if (this.skipMisc()) continue
      const closed = this.match(CLOSE)
      if (closed) {
        const element = close(stack, closed[1] ?? '', closed[2] ?? '')
        const parent = stack.at(-1)
        if (parent) parent.children.push(element)
        else root = element
        continue
      }
      if (this.text[this.at] !== '<') {
        this.characters(stack.at(-1))
        continue
      }
      if (root) throw malformed('two root elements')
      const { open, empty } = this.open(stack)
      stack.push(open)
      if (!empty) continue
      const element = close(stack, open.prefix, open.name)
      const parent = stack.at(-1)
      if (parent) parent.children.push(element)
      else root = element
    }
    if (!root || stack.length > 0) throw malformed('it ends too early')
    return root
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  /** Comments and processing instructions; a document type is refused. */
  private skipMisc(): boolean {
    const until = (from: string, to: string): boolean => {
      if (!this.text.startsWith(from, this.at)) return false
      const end = this.text.indexOf(to, this.at + from.length)
      if (end < 0) throw malformed('it ends too early')
      this.at = end + to.length
      return true
    }
    if (until('<!--', '-->') || until('<?', '?>')) return true
    if (this.text.startsWith('<!', this.at) && !this.text.startsWith('<![CDATA[', this.at)) {
      throw malformed('a document type is not allowed')
    }
    return false
  }

  private characters(parent: Open | undefined): void {
    const end = this.text.indexOf('<', this.at)
    const piece = this.text.slice(this.at, end < 0 ? undefined : end)
    this.at += piece.length
    if (parent) parent.text += unescape(piece)
    else if (piece.replace(/^\uFEFF/, '').trim() !== '') throw malformed('text outside the root element')
  }

  private open(stack: readonly Open[]): { open: Open; empty: boolean } {
    const tag = this.match(TAG)
    if (!tag) throw malformed(`unexpected character at ${this.at}`)
    if (stack.length >= MAX_DEPTH || ++this.count > MAX_ELEMENTS) {
      throw new SignError('FORMAT_LIMIT_EXCEEDED', 'XML nested too deeply or too long')
    }
    const namespaces = new Map(stack.at(-1)?.namespaces)
    const attributes = new Map<string, string>()
    const seen = new Set<string>()
    for (let found = this.match(ATTRIBUTE); found; found = this.match(ATTRIBUTE)) {
      const [, key = '', double, single] = found
      if (seen.has(key)) throw malformed(`attribute ${key} twice`)
      seen.add(key)
      const value = unescape(double ?? single ?? '')
      if (key === 'xmlns') namespaces.set('', value)
      else if (key.startsWith('xmlns:')) namespaces.set(key.slice(6), value)
      else if (!key.includes(':')) attributes.set(key, value)
    }
    const end = this.match(TAG_END)
    if (!end) throw malformed(`a tag does not end at ${this.at}`)
    const open = { prefix: tag[1] ?? '', name: tag[2] ?? '', namespaces, attributes, children: [], text: '' }
    return { open, empty: end[1] === '/' }
  }
}

function close(stack: Open[], prefix: string, name: string): XmlElement {
  const open = stack.pop()
  if (open?.name !== name || open.prefix !== prefix) throw malformed(`</${prefix}${name}> closes nothing`)
  const namespace = open.namespaces.get(prefix.slice(0, -1))
  if (namespace === undefined && prefix !== '') throw malformed(`unknown prefix ${prefix}`)
  return { namespace: namespace ?? '', name, attributes: open.attributes, children: open.children, text: open.text }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescape(text: string): string {
  return text.replace(/&([^;\s]{0,12});?/g, (whole, name: string) => {
    const point = /^#x([0-9a-fA-F]{1,6})$/.exec(name)?.[1] ?? null
    const decimal = /^#(\d{1,7})$/.exec(name)?.[1] ?? null
    const code = point === null ? Number(decimal ?? NaN) : Number.parseInt(point, 16)
    if (whole.endsWith(';') && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code)
    const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
    if (!whole.endsWith(';') || known === undefined) throw malformed(`unknown entity ${whole}`)
    return known
  })
}
