/** A new PDF, written in one piece: what is composed here, never a document that somebody gave. ISO 32000-2, 7.5. */
import { latin1 } from '../bytes/bytes.ts'
import type { Random } from '../ports.ts'
import { PdfDict, PdfRef, PdfString, type PdfObject } from './objects.ts'
import { PdfOutput, writeObject } from './serialize.ts'
import { xrefTable } from './xref-write.ts'
import type { XrefEntry } from './xref.ts'

type Entry = { object: PdfObject; content: Blob | null }

/** The second line tells transports that the file is binary (7.5.2). */
const HEAD = '%PDF-1.7\n%\xE2\xE3\xCF\xD3\n'

export class NewPdf {
  private readonly entries: Entry[] = []

  /** A number for an object that is set later. */
  allocate(): PdfRef {
    this.entries.push({ object: null, content: null })
    return new PdfRef(this.entries.length, 0)
  }

  add(object: PdfObject): PdfRef {
    const ref = this.allocate()
    this.set(ref, object)
    return ref
  }

  /** Null for one that is not set yet. */
  get({ number }: PdfRef): PdfObject {
    return this.entries[number - 1]?.object ?? null
  }

  set({ number }: PdfRef, object: PdfObject): void {
    this.entries[number - 1] = { object, content: null }
  }

  /** A stream whose data are a file as it is, without a filter: nothing of it is read or copied. */
  addFile(dict: PdfDict, content: Blob): PdfRef {
    const ref = this.allocate()
    this.entries[ref.number - 1] = { object: dict.with({ Length: content.size }), content }
    return ref
  }

  /** @param root the catalog; @param info the document information dictionary */
  build(root: PdfRef, info: PdfDict, random: Random): Blob {
    const information = this.add(info)
    const parts: (Uint8Array<ArrayBuffer> | Blob)[] = [latin1(HEAD)]
    let position = HEAD.length
    const put = (part: Uint8Array<ArrayBuffer> | Blob): void => {
      parts.push(part)
      position += part instanceof Blob ? part.size : part.length
    }
    const rows = new Map<number, XrefEntry>([[0, { kind: 'free', generation: 65535 }]])
    for (const [i, { object, content }] of this.entries.entries()) {
      rows.set(i + 1, { kind: 'offset', offset: position, generation: 0 })
      const out = new PdfOutput()
      out.write(`${i + 1} 0 obj\n`)
      writeObject(out, object)
      if (content) out.write('\nstream\n')
      else out.write('\nendobj\n')
      for (const bytes of out.take()) put(Uint8Array.from(bytes))
      if (!content) continue
      put(content)
      put(latin1('\nendstream\nendobj\n'))
    }
    const id = new PdfString(random.bytes(16), true)
    const out = new PdfOutput()
    out.write(`${xrefTable(rows)}trailer\n`)
    writeObject(out, PdfDict.of({ Size: rows.size, Root: root, Info: information, ID: [id, id] }))
    out.write(`\nstartxref\n${position}\n%%EOF\n`)
    for (const bytes of out.take()) put(Uint8Array.from(bytes))
    return new Blob(parts, { type: 'application/pdf' })
  }
}
