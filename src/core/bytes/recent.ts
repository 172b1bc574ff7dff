import { equalBytes } from './bytes.ts'

/**
 * Remembers what was worked out from the same octets before: hundreds of documents are signed by one key, and the same certificate
 * stands in each of them many times. Keys are compared octet by octet and copied, so that no caller can change them afterwards.
 */
export class Recent<Value> {
  private readonly limit: number
  private readonly longest: number
  private entries: Readonly<{ key: readonly Uint8Array[]; value: Value }>[] = []

  /** @param limit of entries; @param longest octets of a key that is worth remembering */
  constructor(limit: number, longest: number) {
    this.limit = limit
    this.longest = longest
  }

  get(...key: readonly Uint8Array[]): Value | undefined {
    const index = this.entries.findIndex((entry) => sameKey(entry.key, key))
    const found = this.entries[index]
    if (found && index > 0) {
      this.entries.splice(index, 1)
      this.entries.unshift(found)
    }
    return found?.value
  }

  /** @returns the value */
  keep(value: Value, ...key: readonly Uint8Array[]): Value {
    if (key.reduce((sum, part) => sum + part.length, 0) > this.longest) return value
    this.entries = [{ key: key.map((part) => part.slice()), value }, ...this.entries.slice(0, this.limit - 1)]
    return value
  }
}

function sameKey(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length &&
    a.every((part, i) => part.length === b[i]?.length) &&
    a.every((part, i) => same(part, b[i]))
  )
}

const same = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && equalBytes(a, b)
