/** Words that stood together and are gone, and what stands there now; either may be empty. */
export type WordChange = Readonly<{ before: string; after: string }>

const MAX_WORDS = 4000
/** Cells of the table of common subsequences; a larger difference is told as one. */
const MAX_CELLS = 1_000_000
const MAX_CHANGES = 12
const MAX_LENGTH = 160

/** How the text of a page differs, in reading order. Bounded: a hostile page has any number of words. */
export function changedWords(before: string, after: string): readonly WordChange[] {
  const [a, b] = [wordsOf(before), wordsOf(after)]
  let start = 0
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [was, now] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  const runs = was.length * now.length > MAX_CELLS ? [[was, now] as const] : runsOf(was, now)
  return runs
    .filter(([gone, came]) => gone.length + came.length > 0)
    .slice(0, MAX_CHANGES)
    .map(([gone, came]) => ({ before: shortened(gone), after: shortened(came) }))
}

const wordsOf = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)

function shortened(words: readonly string[]): string {
  const text = words.join(' ')
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

type Run = readonly [gone: string[], came: string[]]

/** The differences between longest common subsequences. */
function runsOf(a: readonly string[], b: readonly string[]): readonly Run[] {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
    }
  }
  const runs: Run[] = [[[], []]]
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const run = runs.at(-1)
    if (i < a.length && j < b.length && a[i] === b[j]) {
      if (run && run[0].length + run[1].length > 0) runs.push([[], []])
      i++
      j++
    } else if (
      j >= b.length ||
      (i < a.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      run?.[0].push(a[i++] ?? '')
    } else run?.[1].push(b[j++] ?? '')
  }
  return runs
}
