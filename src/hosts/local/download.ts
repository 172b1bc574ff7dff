/** Long enough for any browser to have taken the Blob over. */
const HELD = 60_000

/** Hands a file to the browser's downloads. Names that exist there are made unique by the browser. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.rel = 'noopener'
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), HELD)
}
