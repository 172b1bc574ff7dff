import type { PdfDocument } from '../document.ts'
import { PdfDict, PdfRef, PdfStream, isArray, type PdfObject } from '../objects.ts'

/** A place that refers to an object. */
export type Usage = Readonly<{
  /** Object number; 0 is the trailer. */
  container: number
  /** Keys from the container's own value: 'AcroForm', 'AP/N', 'Annots/*' (any index of an array). */
  path: string
  /** Revisions in which the place exists: from, and until but not including. */
  from: number
  until: number
}>

const MAX_DEPTH = 256
const MAX_USAGES = 500_000

/**
 * Every place that refers to one of the `targets`, in any state of the file from revision `base` on. An object may be
 * used where nobody looks: what replaces it must be harmless in all these places.
 */
export class UsageIndex {
  private readonly byTarget = new Map<number, Usage[]>()
  private readonly current = new Map<number, Usage[]>()
  private readonly targets: ReadonlySet<number>
  private count = 0
  /** There are more places than are kept: then nothing can be said about any. */
  overflow = false

  private constructor(targets: ReadonlySet<number>) {
    this.targets = targets
  }

  static async build(document: PdfDocument, base: number, targets: ReadonlySet<number>): Promise<UsageIndex> {
    const index = new UsageIndex(targets)
    const first = document.revisions[base]
    if (!first || targets.size === 0) return index
    for (const [number, entry] of await document.numbers(first.view)) {
      if (entry.kind === 'free') continue
      const generation = entry.kind === 'offset' ? entry.generation : 0
      index.add(number, await document.get(new PdfRef(number, generation), first.view), base)
    }
    index.add(0, document.trailer(first.view), base)
    for (const revision of document.revisions.slice(base + 1)) {
      for (const [number, entry] of await document.definedBy(revision)) {
        const generation = entry.kind === 'offset' ? entry.generation : 0
        const object = entry.kind === 'free' ? null : await document.get(new PdfRef(number, generation), revision.view)
        index.add(number, object, revision.index)
      }
      index.add(0, document.trailer(revision.view), revision.index)
    }
    return index
  }

  /** The places that refer to an object as of a revision. */
  of(number: number, revision: number): readonly Usage[] {
    const all = this.byTarget.get(number) ?? []
    return all.filter(({ from, until }) => from <= revision && revision < until)
  }

  private add(container: number, object: PdfObject, from: number): void {
    for (const usage of this.current.get(container) ?? []) (usage as { until: number }).until = from
    const usages: Usage[] = []
    this.collect(object, '', { container, from }, usages, 0)
    this.current.set(container, usages)
  }

  private collect(
    object: PdfObject,
    path: string,
    place: Readonly<{ container: number; from: number }>,
    out: Usage[],
    depth: number,
  ): void {
    if (object instanceof PdfRef) {
      if (!this.targets.has(object.number)) return
      if (++this.count > MAX_USAGES) {
        this.overflow = true
        return
      }
      const usage = { ...place, path, until: Infinity }
      out.push(usage)
      const known = this.byTarget.get(object.number)
      if (known) known.push(usage)
      else this.byTarget.set(object.number, [usage])
      return
    }
    if (depth > MAX_DEPTH) return
    if (isArray(object)) {
      const each = path === '' ? '*' : `${path}/*`
      for (const item of object) this.collect(item, each, place, out, depth + 1)
      return
    }
    const dict = object instanceof PdfStream ? object.dict : object
    if (!(dict instanceof PdfDict)) return
    for (const [key, value] of dict.entries) {
      if (typeof value !== 'object' || value === null) continue
      this.collect(value, path === '' ? key : `${path}/${key}`, place, out, depth + 1)
    }
  }
}
