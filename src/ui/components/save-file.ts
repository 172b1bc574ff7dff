/** Hands a small file made here to the browser's downloads. */
export function saveFile({ name, blob }: { name: string; blob: Blob }): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has read the URL by then; revoked at once, some browsers save an empty file.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
