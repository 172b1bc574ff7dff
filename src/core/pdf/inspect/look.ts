import { SignError } from '../../errors.ts'
import type { Finding } from '../../validation/facts.ts'
import type { PdfDocument } from '../document.ts'
import type { Form } from '../fields.ts'
import { PdfRef, dictOf, type PdfDict, type PdfObject } from '../objects.ts'

/** Something could not be looked at, because there is too much of it or because it cannot be read. */
export const NOT_ALL = 'content-not-all-looked-at'

/** References that one look follows, whatever the file is made of. */
const MAX_REFERENCES = 20_000
const SHOWN_PLACES = 5
const MAX_PLACE = 80

type Note = { severity: Finding['severity']; places: Set<string> }

/** One bounded look into a document: follows so many references and no more, and gathers what was seen by its kind. */
export class Look {
  readonly document: PdfDocument
  readonly form: Form | null
  readonly signal: AbortSignal | undefined
  private left = MAX_REFERENCES
  private readonly seen = new Set<string>()
  private readonly notes = new Map<string, Note>()

  constructor(document: PdfDocument, form: Form | null, signal?: AbortSignal) {
    this.document = document
    this.form = form
    this.signal = signal
  }

  /** @throws SignError `FORMAT_LIMIT_EXCEEDED` when less is left */
  spend(references: number): void {
    this.signal?.throwIfAborted()
    this.left -= references
    if (this.left < 0) throw new SignError('FORMAT_LIMIT_EXCEEDED', 'too much to look at')
  }

  async resolve(object: PdfObject): Promise<PdfObject> {
    if (object instanceof PdfRef) this.spend(1)
    return this.document.resolve(object)
  }

  value(dict: PdfDict | null, key: string): Promise<PdfObject> {
    return this.resolve(dict?.get(key) ?? null)
  }

  async dict(dict: PdfDict | null, key: string): Promise<PdfDict | null> {
    return dictOf(await this.value(dict, key))
  }

  /** Whether this object is met for the first time in this role; what is no reference always is. */
  isFirst(role: string, object: PdfObject): boolean {
    if (!(object instanceof PdfRef)) return true
    const key = `${role} ${object.toString()}`
    if (this.seen.has(key)) return false
    this.seen.add(key)
    return true
  }

  /** One finding per id, with the places where it was seen. */
  note(id: string, severity: Finding['severity'], place: string): void {
    const known = this.notes.get(id) ?? { severity, places: new Set() }
    this.notes.set(id, known)
    known.places.add(printable(place))
  }

  has(id: string): boolean {
    return this.notes.has(id)
  }

  /** Warnings first. */
  get findings(): readonly Finding[] {
    const all = [...this.notes].map(([id, { severity, places }]): Finding => {
      const shown = [...places].slice(0, SHOWN_PLACES).join('; ')
      const rest = places.size - SHOWN_PLACES
      return { id, severity, evidence: rest > 0 ? `${shown}; +${rest}` : shown }
    })
    return [...all.filter(({ severity }) => severity !== 'info'), ...all.filter(({ severity }) => severity === 'info')]
  }
}

/** Names come from the file: no control or direction character of it may reach the reader. */
function printable(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return clean.length > MAX_PLACE ? `${clean.slice(0, MAX_PLACE)}…` : clean
}

/** 'page 3, 12 0' */
export function placeOf(page: number, object: PdfObject): string {
  return object instanceof PdfRef ? `page ${page}, ${object.toString()}` : `page ${page}`
}
