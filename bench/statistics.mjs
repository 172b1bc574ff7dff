// Medians and what a machine shared with others does to them.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Half of the distance between the quartiles: what a median of such values may be off by. */
export function noise(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  return (at(0.75) - at(0.25)) / 2
}

/** Ratios of pairs taken one after the other, so that what slows both cancels out. */
export function ratio(ours, base) {
  const pairs = ours.map((value, i) => value / base[i])
  return { median: median(pairs), noise: noise(pairs) }
}
