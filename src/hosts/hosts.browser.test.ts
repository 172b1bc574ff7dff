import { afterEach, describe, vi } from 'vitest'
import type { DocumentHost } from '../core/host.ts'
import { acceptFrame } from '../host-sdk/protocol/accept.ts'
import { hostContract } from './host.contract.ts'
import { localHost } from './local/local-host.ts'

const cleanup: (() => void)[] = []
afterEach(() => {
  for (const act of cleanup.splice(0)) act()
  vi.restoreAllMocks()
})

describe('the page itself as host', () => {
  hostContract('local', () => {
    let downloads = 0
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => void downloads++)
    const host = localHost()
    const ref = host.add(new File(['a contract'], 'contract.pdf', { type: 'application/pdf' }))
    return Promise.resolve({ host, ref, stored: () => downloads })
  })
})

const hostUrl = new URL('./post-message/post-message-host.ts', import.meta.url).href
type SignerFrame = Window & { host?: Promise<DocumentHost> }

/** A CRM in this page and the signer's end in a frame: the real handshake, the real channel. */
async function crm() {
  const file = { blob: new Blob(['a contract']), name: 'contract.pdf', type: 'application/pdf', version: 'v1' }
  let stores = 0
  const frame = document.createElement('iframe')
  frame.srcdoc = `<script type="module">
    import { connectPostMessageHost } from '${hostUrl}'
    const nothing = () => undefined
    const listeners = { sign: nothing, verify: nothing, received: nothing, appearance: nothing }
    window.host = connectPostMessageHost({ self: window, peer: parent, origin: self.origin, maxBytes: 1e6, listeners })
  </script>`
  const connected = new Promise<void>((resolve) => {
    const stop = acceptFrame(window, {
      peer: () => frame.contentWindow,
      origin: location.origin,
      context: () => ({ locale: 'uk', abilities: ['load', 'save', 'list'] }),
      channel: {
        methods: {
          list: () => [{ id: '7', name: 'contract.pdf' }],
          load: (asked) => {
            if ((asked as { id: string }).id !== '7') throw new Error('no such document')
            return file
          },
          save: (asked) => {
            const { ifVersion, idempotencyKey } = asked as { ifVersion: string; idempotencyKey: string }
            if (seen.has(idempotencyKey)) return seen.get(idempotencyKey)
            if (ifVersion !== file.version) throw Object.assign(new Error('newer'), { code: 'HOST_CONFLICT' })
            stores++
            seen.set(idempotencyKey, { version: 'v2' })
            return { version: 'v2' }
          },
        },
      },
      onConnect: () => resolve(),
      onVersionMismatch: () => undefined,
    })
    cleanup.push(stop)
  })
  const seen = new Map<string, unknown>()
  document.body.append(frame)
  cleanup.push(() => frame.remove())
  await connected
  const host = await (frame.contentWindow as SignerFrame).host
  if (!host) throw new Error('the frame has no host')
  return { host, ref: { id: '7', name: 'contract.pdf' }, stored: () => stores }
}

describe('a CRM page as host', () => {
  hostContract('post-message', crm)
})
