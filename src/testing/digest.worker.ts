/** Digests Blobs piece by piece in a worker, where the product reads files: for a test. */
import { digestBlob } from '../core/bytes/digest-blob.ts'
import { testEngine } from './engines.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Blob>) => void
  postMessage(value: unknown): void
}

// WebCrypto has no SHA-224: it is streamed whatever the size.
scope.onmessage = ({ data }) => {
  const progress = (done: number): void => scope.postMessage(done)
  void digestBlob(data, 'SHA-224', testEngine, { progress }).then((value) => scope.postMessage(value))
}
