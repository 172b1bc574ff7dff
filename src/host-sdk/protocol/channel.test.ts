import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createChannel, CountersignError, type Channel, type ChannelOptions } from './channel.ts'

const open: (() => void)[] = []
afterEach(() => open.splice(0).forEach((close) => close()))

type Fate = 'pass' | 'drop' | 'twice' | 'late'

/** A MessagePort whose outgoing messages meet a fate each, from a fixed list that ends in `pass`. */
function chaotic(port: MessagePort, fates: Fate[]): MessagePort {
  const send = port.postMessage.bind(port) as (message: unknown) => void
  Object.defineProperty(port, 'postMessage', {
    value: (message: unknown) => {
      const fate = fates.shift() ?? 'pass'
      if (fate === 'drop') return
      if (fate === 'late') return void setTimeout(() => send(message), 15)
      send(message)
      if (fate === 'twice') send(message)
    },
  })
  return port
}

function pair(a: Partial<ChannelOptions>, b: Partial<ChannelOptions>, fates: [Fate[], Fate[]] = [[], []]) {
  const { port1, port2 } = new MessageChannel()
  const quick = { methods: {}, resendAfter: 5 }
  const ends: [Channel, Channel] = [
    createChannel(chaotic(port1, fates[0]), { ...quick, ...a }),
    createChannel(chaotic(port2, fates[1]), { ...quick, ...b }),
  ]
  open.push(() => ends.forEach((end) => end.close()))
  return ends
}

const code = (error: unknown) => (error instanceof CountersignError ? error.code : (error as Error).name)
const fate = fc.constantFrom<Fate>('pass', 'drop', 'twice', 'late')

describe('channel', () => {
  test('whatever is dropped, repeated or late: each event once and in order, each call answered once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 25 }),
        fc.array(fate, { maxLength: 25 }),
        fc.integer({ min: 1, max: 8 }),
        async (out, back, count) => {
          const events: unknown[] = []
          let served = 0
          const [a] = pair(
            {},
            {
              methods: { double: (value) => (served++, (value as number) * 2) },
              onEvent: (_name, data) => events.push(data),
            },
            [[...out], [...back]],
          )
          const wanted = Array.from({ length: count }, (_, index) => index)
          const answers = wanted.map((value) => (a.emit('step', value), a.call('double', value)))
          expect(await Promise.all(answers)).toEqual(wanted.map((value) => value * 2))
          expect(events).toEqual(wanted)
          expect(served).toBe(count)
        },
      ),
      { numRuns: 40, seed: 20261122 },
    )
  })

  test('a Blob arrives whole although its message was lost at first', async () => {
    const [a] = pair({}, { methods: { size: async (blob) => (await (blob as Blob).text()).length } }, [['drop'], []])
    expect(await a.call('size', new Blob(['x'.repeat(100_000)]))).toBe(100_000)
  })

  test('a coded failure keeps its code and details, an abort stays an abort', async () => {
    const [a] = pair(
      {},
      {
        methods: {
          conflict: () => {
            throw Object.assign(new Error('changed'), { code: 'HOST_CONFLICT', details: { stored: 'v2' } })
          },
          cancel: () => {
            throw new DOMException('no', 'AbortError')
          },
          odd: () => {
            throw 'text' as unknown as Error
          },
        },
      },
    )
    await expect(a.call('conflict', 0)).rejects.toMatchObject({ code: 'HOST_CONFLICT', details: { stored: 'v2' } })
    await expect(a.call('cancel', 0)).rejects.toMatchObject({ name: 'AbortError' })
    await expect(a.call('odd', 0)).rejects.toMatchObject({ code: 'HOST_FAILED' })
    await expect(a.call('toString', 0)).rejects.toMatchObject({ code: 'HOST_METHOD_UNKNOWN' })
  })

  test('a result that cannot be cloned is a failure of that call and of no other', async () => {
    const [a] = pair({}, { methods: { bad: () => () => 1, good: () => 1 } })
    await expect(a.call('bad', 0)).rejects.toMatchObject({ code: expect.stringMatching(/./) as string })
    expect(await a.call('good', 0)).toBe(1)
  })

  test('cancel reaches the other side and rejects here at once', async () => {
    let aborted: (() => void) | undefined
    const seen = new Promise<void>((resolve) => (aborted = resolve))
    const [a] = pair(
      {},
      {
        methods: { wait: (_params, signal) => new Promise(() => signal.addEventListener('abort', () => aborted?.())) },
      },
    )
    const control = new AbortController()
    const call = a.call('wait', 0, { signal: control.signal }).catch(code)
    control.abort()
    expect(await call).toBe('AbortError')
    await seen
  })

  test('no answer in time is HOST_TIMEOUT and cancels; a late answer is dropped', async () => {
    let answer: ((value: number) => void) | undefined
    const [a] = pair({}, { methods: { slow: () => new Promise((resolve) => (answer = resolve)), next: () => 'next' } })
    expect(await a.call('slow', 0, { timeout: 20 }).catch(code)).toBe('HOST_TIMEOUT')
    answer?.(1)
    expect(await a.call('next', 0)).toBe('next')
  })

  test('silence of the other side is told; closing rejects what is pending', async () => {
    const { port1 } = new MessageChannel()
    let told: (() => void) | undefined
    const silent = new Promise<void>((resolve) => (told = resolve))
    const alone = createChannel(port1, { methods: {}, resendAfter: 2, silence: 5, onSilent: () => told?.() })
    const call = alone.call('anything', 0).catch(code)
    await silent
    alone.close()
    expect(await call).toBe('HOST_CLOSED')
    expect(await alone.call('more', 0).catch(code)).toBe('HOST_CLOSED')
  })

  test('a host that answers twice, and nonsense on the port, change nothing', async () => {
    const { port1, port2 } = new MessageChannel()
    const a = createChannel(port1, { methods: {}, resendAfter: 1000 })
    open.push(() => (a.close(), port2.close()))
    port2.addEventListener('message', ({ data }: MessageEvent<{ n?: number; b?: { id: number } }>) => {
      if (!data.b) return
      for (const bad of [null, 1, 'x', [], {}, { n: 'x' }, { n: 9e9, b: {} }, { a: 'x' }, { n: 1, b: null }]) {
        port2.postMessage(bad)
      }
      port2.postMessage({ a: data.n })
      port2.postMessage({ n: 2, b: { id: data.b.id, result: 'first' } })
      port2.postMessage({ n: 3, b: { id: data.b.id, result: 'second' } })
      port2.postMessage({ n: 4, b: { id: 99, result: 'unasked' } })
    })
    port2.start()
    expect(await a.call('ask', 0)).toBe('first')
  })
})
