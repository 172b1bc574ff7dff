/** Evidence of a finding cut at the pages that it names ('page 3, 12 0: Stamp; page 5'); a range or an object is text. */
export function partsOf(evidence: string): readonly (string | Readonly<{ page: number }>)[] {
  const parts: (string | { page: number })[] = []
  let at = 0
  for (const match of evidence.matchAll(/(?<=^|; )page (\d{1,6})(?=$|[,;:])/g)) {
    if (match.index > at) parts.push(evidence.slice(at, match.index))
    parts.push({ page: Number(match[1]) })
    at = match.index + match[0].length
  }
  if (at < evidence.length) parts.push(evidence.slice(at))
  return parts
}
