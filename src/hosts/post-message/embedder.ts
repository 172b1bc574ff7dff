/** Who holds this frame, as far as the browser tells. */
export type Embedder =
  | Readonly<{ kind: 'none' }>
  /** From the parent outwards. `certain`: said by the browser; else the parent's claim, which the handshake then proves. */
  | Readonly<{ kind: 'framed'; origins: readonly [string, ...string[]]; certain: boolean }>
  | Readonly<{ kind: 'unknown' }>

type Place = Readonly<{
  self: Window
  ancestorOrigins: ArrayLike<string> | undefined
  /** `?host=` of the frame's address, set by the SDK. */
  claimed: string | null
}>

/** Reads the ancestors; in a browser that does not tell them, only a parent that is also the top can be proven. */
export function readEmbedder(place: Place): Embedder {
  const { self, ancestorOrigins, claimed } = place
  if (self.parent === self) return { kind: 'none' }
  if (ancestorOrigins) {
    const [parent, ...outer] = Array.from(ancestorOrigins)
    return parent === undefined ? { kind: 'unknown' } : { kind: 'framed', origins: [parent, ...outer], certain: true }
  }
  if (claimed === null || self.parent !== self.top || !URL.canParse(claimed)) return { kind: 'unknown' }
  return { kind: 'framed', origins: [new URL(claimed).origin], certain: false }
}

export function currentEmbedder(): Embedder {
  return readEmbedder({
    self: window,
    ancestorOrigins: (location as { ancestorOrigins?: DOMStringList }).ancestorOrigins,
    claimed: new URLSearchParams(location.search).get('host'),
  })
}
