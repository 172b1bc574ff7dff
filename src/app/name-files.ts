/**
 * The same names, made unique without regard to case (Windows and macOS do not tell cases apart): 'a.pdf', 'a (2).pdf'.
 *
 * @param taken names that exist already, in lower case; the returned names are added to it
 */
export function uniqueNames(names: readonly string[], taken = new Set<string>()): readonly string[] {
  return names.map((name) => {
    const { stem, extension } = split(safeName(name))
    let unique = `${stem}${extension}`
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${stem} (${n})${extension}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/** No path, no control or reserved characters (Windows is the strictest), never empty. */
export function safeName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '')
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/[. ]+$/, '')
    .replace(/^\.+/, '_')
  return clean.slice(0, 200) || 'file'
}

/** The two last extensions of 'contract.pdf.p7s' stay together, so that a copy still pairs with its document. */
function split(name: string): { stem: string; extension: string } {
  const match = /^(.+?)((?:\.[^.\s]{1,8})?\.(?:p7s|p7m|tsr)|\.[^.\s]{1,8})$/i.exec(name)
  return match ? { stem: match[1] ?? name, extension: match[2] ?? '' } : { stem: name, extension: '' }
}
