import { afterEach, expect, test } from 'vitest'
import { acceptFrame, type AcceptOptions } from './accept.ts'
import type { Channel } from './channel.ts'

const cleanup: (() => void)[] = []
afterEach(() => cleanup.splice(0).forEach((act) => act()))

/** A frame with a script of its own, so that what it posts has the frame as its source. */
function frameWith(script: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.srcdoc = `<script type="module">${script}</script>`
  document.body.append(frame)
  cleanup.push(() => frame.remove())
  return frame
}

const connectUrl = new URL('./connect.ts', import.meta.url).href
const signerScript = (versions = '[1]') => `
  import { connectToHost } from '${connectUrl}'
  const methods = { who: () => 'frame', context: () => context }
  let context
  connectToHost(window, { peer: parent, origin: self.origin, versions: ${versions}, repeat: 20, timeout: 3000,
    channel: { methods } }).then((c) => { context = c.context; c.channel.emit('up', c.version) },
    (error) => parent.postMessage({ failed: error.code, details: error.details }, '*'))`

function accept(frame: HTMLIFrameElement, options: Partial<AcceptOptions> = {}) {
  const events: unknown[] = []
  const channels: Channel[] = []
  const refused: unknown[] = []
  let told = () => {}
  const stop = acceptFrame(window, {
    peer: () => frame.contentWindow,
    origin: location.origin,
    context: () => ({ locale: 'uk', theme: { mode: 'dark', accent: 'red' }, abilities: ['save'] }),
    channel: { methods: {}, onEvent: (event, data) => (events.push([event, data]), told()) },
    onConnect: (channel) => channels.push(channel),
    onVersionMismatch: (theirs) => (refused.push(theirs), told()),
    ...options,
  })
  cleanup.push(stop)
  return { events, channels, refused, next: () => new Promise<void>((resolve) => (told = resolve)) }
}

const message = (matches: (data: Record<string, unknown>) => boolean) =>
  new Promise<Record<string, unknown>>((resolve) => {
    const listen = ({ data }: MessageEvent<Record<string, unknown>>) => {
      if (!matches(data)) return
      removeEventListener('message', listen)
      resolve(data)
    }
    addEventListener('message', listen)
  })

test('frame and host meet over a port; the context crosses with what is malformed left out', async () => {
  const host = accept(frameWith(signerScript()))
  await host.next()
  expect(host.events).toEqual([['up', 1]])
  expect(await host.channels[0]?.call('who', null)).toBe('frame')
  expect(await host.channels[0]?.call('context', null)).toEqual({
    locale: 'uk',
    theme: { mode: 'dark' },
    abilities: ['save'],
  })
})

test('no common version: both sides are told so', async () => {
  const failed = message((data) => 'failed' in data)
  const host = accept(frameWith(signerScript('[7, 8]')))
  expect(await failed).toEqual({ failed: 'HOST_VERSION_MISMATCH', details: { ours: '7,8', theirs: '1' } })
  expect(host.refused).toEqual([[7, 8]])
  expect(host.channels).toEqual([])
})

test('a sibling frame that says hello, and one that offers a port to the frame, are not heard', async () => {
  const signer = frameWith(
    `setTimeout(async () => {${signerScript().replace(/import \{ connectToHost \} from '(.*)'/, "const { connectToHost } = await import('$1')")}}, 150)`,
  )
  const host = accept(signer)
  frameWith(`
    const nonce = '0'.repeat(32)
    setInterval(() => {
      parent.postMessage({ countersign: 'hello', versions: [1], nonce }, '*')
      const { port2 } = new MessageChannel()
      for (let i = 0; i < parent.frames.length; i++)
        parent.frames[i].postMessage({ countersign: 'port', nonce, version: 1, context: {} }, '*', i ? [] : [port2])
    }, 5)`)
  await host.next()
  expect(host.channels).toHaveLength(1)
  expect(await host.channels[0]?.call('who', null)).toBe('frame')
})

test('a nonce is answered once, however often it comes', async () => {
  const nonce = 'ab'.repeat(16)
  const done = message((data) => data['ports'] !== undefined)
  const host = accept(
    frameWith(`
    let ports = 0
    addEventListener('message', (event) => ports += event.ports.length)
    for (let i = 0; i < 5; i++) parent.postMessage({ countersign: 'hello', versions: [1], nonce: '${nonce}' }, '*')
    for (const bad of [1, 'x'.repeat(32), '', null]) parent.postMessage({ countersign: 'hello', versions: [1], nonce: bad }, '*')
    parent.postMessage({ countersign: 'hello', versions: ['1'], nonce: '${'cd'.repeat(16)}' }, '*')
    setTimeout(() => parent.postMessage({ ports }, '*'), 100)`),
  )
  expect((await done)['ports']).toBe(1)
  expect(host.channels).toHaveLength(1)
})

test('a reloaded frame is met anew, and what was pending on the old channel ends with HOST_CLOSED', async () => {
  const frame = frameWith(signerScript())
  const host = accept(frame)
  await host.next()
  const old = host.channels[0]?.call('never', null).catch((error: { code: string }) => error.code)
  const again = host.next()
  frame.srcdoc = `<!-- 2 -->${frame.srcdoc}`
  await again
  expect(host.channels).toHaveLength(2)
  expect(await old).toMatch(/HOST_METHOD_UNKNOWN|HOST_CLOSED/)
  expect(await host.channels[1]?.call('who', null)).toBe('frame')
})

test('a host of another origin is never spoken to', async () => {
  const failed = message((data) => 'failed' in data)
  const host = accept(
    frameWith(signerScript().replace('self.origin', "'https://other.example'").replace('3000', '150')),
  )
  expect((await failed)['failed']).toBe('HOST_TIMEOUT')
  expect(host.channels).toEqual([])
})
