// The limit: read a file once and digest it by WebCrypto. Everything else is measured against this.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<{ file: Blob; digest: string }>) => void
  postMessage(value: unknown): void
}

scope.onmessage = ({ data }) => {
  void (async () => {
    scope.postMessage(await crypto.subtle.digest(data.digest, await data.file.arrayBuffer()))
  })()
}
