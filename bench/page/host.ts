// A CRM in small, on the SDK alone: places the signer's frame, or an empty React page in its stead.
import { createSigner, type Signer } from '../../src/host-sdk/index.ts'

const panel = document.querySelector('#panel')
if (!panel) throw new Error('no panel')

const now = (): number => performance.timeOrigin + performance.now()

const chosen = (): Blob => {
  const file = document.querySelector('input')?.files?.[0]
  if (!file) throw new Error('no file chosen')
  return file
}

/** Moments of a visit, in milliseconds from the placing of the frame. */
type Marks = { paint?: number; ready?: number; usable?: number }

/** What the probe in the frame says (bench/rows/frame.mjs), until the page can be used. */
function marksOf(started: number, marks: Marks): Promise<Marks> {
  return new Promise((resolve) => {
    addEventListener('message', ({ data }: MessageEvent<{ bench?: 'paint' | 'usable'; at?: number } | null>) => {
      if (!data?.bench || data.at === undefined) return
      marks[data.bench] = data.at - started
      if (marks.usable !== undefined && marks.paint !== undefined) resolve(marks)
    })
  })
}

let signer: Signer | undefined
let done: Promise<unknown> = Promise.resolve()
let saved = 0

function place(src: string): Signer {
  return createSigner({
    src,
    container: panel as Element,
    host: {
      loadDocument: () => Promise.resolve({ blob: chosen(), version: '1' }),
      save(ref, document) {
        saved = document.blob.size
        return Promise.resolve({ stored: ref, version: '2' })
      },
    },
  })
}

function sign(on: Signer): void {
  done = on.sign({ documents: [{ id: '1', name: 'document.pdf' }] })
  done.catch(() => undefined)
}

Object.assign(globalThis, {
  host: {
    /** The signer's frame with a document, from nothing. */
    signer(src: string): Promise<Marks> {
      const started = now()
      const marks: Marks = {}
      const heard = marksOf(started, marks)
      signer = place(src)
      void signer.ready.then(() => (marks.ready = now() - started))
      sign(signer)
      return heard
    },
    empty(src: string): Promise<Marks> {
      const started = now()
      const heard = marksOf(started, {})
      const frame = document.createElement('iframe')
      frame.src = src
      panel.append(frame)
      return heard
    },
    /** Places the frame without a document. */
    async place(src: string): Promise<void> {
      signer = place(src)
      await signer.ready
    },
    sign: (): void => signer && sign(signer),
    /** Resolves when the CRM has its file. @returns its bytes */
    async finished(): Promise<number> {
      await done
      return saved
    },
  },
})
