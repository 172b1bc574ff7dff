// A CRM in small, on the SDK alone: places the signer's frame, or an empty React page in its stead.
import { createSigner } from '../../src/host-sdk/index.ts'

const panel = document.querySelector('#panel')
if (!panel) throw new Error('no panel')

const chosen = (): Blob => {
  const file = document.querySelector('input')?.files?.[0]
  if (!file) throw new Error('no file chosen')
  return file
}

/** Milliseconds until a button that can be pressed stands in the frame, is painted, and the page is free to hear of it. */
function usable(frame: HTMLIFrameElement, started: number): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const button = frame.contentDocument?.querySelector('#root button:not([disabled])')
      if (!button) return void requestAnimationFrame(look)
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)))
    }
    look()
  })
}

type Act = { done: Promise<unknown>; element: HTMLIFrameElement; saved: number }
let act: Act | undefined

function begin(src: string): Act {
  const begun: { saved: number } = { saved: 0 }
  const signer = createSigner({
    src,
    container: panel as Element,
    host: {
      loadDocument: () => Promise.resolve({ blob: chosen(), version: '1' }),
      save(ref, document) {
        begun.saved = document.blob.size
        return Promise.resolve({ stored: ref, version: '2' })
      },
    },
  })
  const done = signer.sign({ documents: [{ id: '1', name: 'document.pdf' }] })
  done.catch(() => undefined)
  act = Object.assign(begun, { done, element: signer.element })
  return act
}

Object.assign(globalThis, {
  host: {
    /** The signer's frame with a document, from nothing. */
    signer(src: string): Promise<number> {
      const started = performance.now()
      return usable(begin(src).element, started)
    },
    empty(src: string): Promise<number> {
      const started = performance.now()
      const frame = document.createElement('iframe')
      frame.src = src
      panel.append(frame)
      return usable(frame, started)
    },
    begin: (src: string): void => void begin(src),
    /** Resolves when the CRM has its file. @returns its bytes */
    async finished(): Promise<number> {
      await act?.done
      return act?.saved ?? 0
    },
  },
})
