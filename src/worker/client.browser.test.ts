import { afterEach, expect, test } from 'vitest'
import { heldBytes } from '../core/bytes/small-blob.ts'
import { SignError } from '../core/errors.ts'
import type { ToBeSigned } from '../core/formats/format.ts'
import type { Network } from '../core/ports.ts'
import type { ChaosMethods } from '../testing/chaos.worker.ts'
import { connectWorker, type WorkerClient } from './client.ts'

const opened: WorkerClient<ChaosMethods>[] = []

function chaos(options: { network?: Network; patience?: number } = {}): WorkerClient<ChaosMethods> {
  const spawn = (): Worker => new Worker(new URL('../testing/chaos.worker.ts', import.meta.url), { type: 'module' })
  const client = connectWorker<ChaosMethods>({ spawn, ...options })
  opened.push(client)
  return client
}

afterEach(() => {
  for (const client of opened.splice(0)) client.close()
})

test('plain data, bytes and Blobs cross both doors', async () => {
  const sent = { bytes: new Uint8Array([1, 2]), at: new Date(5), blob: new Blob(['abc']), none: undefined }
  const back = (await chaos().call('echo', sent)) as typeof sent
  expect(back.bytes).toEqual(sent.bytes)
  expect(back.at).toEqual(sent.at)
  expect(await back.blob.text()).toBe('abc')
})

test('an error keeps its class, code and details', async () => {
  const client = chaos()
  const refused = await client.call('refuse', null).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(SignError)
  expect(refused).toMatchObject({ code: 'FORMAT_NOT_PDF', details: { got: 'PNG' } })
  await expect(client.call('mistake', null)).rejects.toThrow(RangeError)
})

test('what cannot be cloned is a caller mistake there and a coded error here, and harms no other call', async () => {
  const client = chaos()
  await expect(client.call('echo', () => 1)).rejects.toThrow(TypeError)
  await expect(client.call('uncloneable', null)).rejects.toMatchObject({ code: 'INTERNAL' })
  await expect(client.call('nothing' as 'echo', 1)).rejects.toThrow(TypeError)
  expect(await client.call('echo', 7)).toBe(7)
})

test('calls overlap and progress belongs to its own call', async () => {
  const client = chaos()
  const seen: Record<string, number[]> = { a: [], b: [] }
  const run = (name: 'a' | 'b', count: number): Promise<string> =>
    client.call('steps', count, { onProgress: (_step, part) => seen[name]?.push(part) })
  expect(await Promise.all([run('a', 5), run('b', 9)])).toEqual(['done', 'done'])
  for (const parts of Object.values(seen)) {
    expect(parts.at(-1)).toBe(1)
    expect(parts).toEqual([...parts].sort((x, y) => x - y))
  }
})

test('a cancel rejects at once with AbortError and leaves the worker alive', async () => {
  const client = chaos()
  const controller = new AbortController()
  const waiting = client.call('wait', null, { signal: controller.signal })
  controller.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  expect(await client.call('echo', 1)).toBe(1)
  expect(client.generation).toBe(0)
})

test('a signal that is aborted already starts nothing', async () => {
  const client = chaos()
  await expect(client.call('echo', 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
})

test('a cancelled step that hangs costs its worker, and the next call gets a new one', async () => {
  const client = chaos({ patience: 200 })
  await client.call('echo', 0)
  const controller = new AbortController()
  const hanging = client.call('hang', 60_000, { signal: controller.signal })
  const other = client.call('echo', 2)
  controller.abort()
  await expect(hanging).rejects.toMatchObject({ name: 'AbortError' })
  await expect(other).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  expect(client.generation).toBe(1)
  expect(await client.call('echo', 3)).toBe(3)
})

test('an error outside any call ends every open call with WORKER_CRASHED; the next works', async () => {
  const client = chaos()
  const open = [client.call('wait', null), client.call('throwLater', null)]
  for (const one of open) await expect(one).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  expect(await client.call('echo', 'again')).toBe('again')
})

test('a script that does not load, or may not, is WORKER_CRASHED', async () => {
  const missing = connectWorker<ChaosMethods>({ spawn: () => new Worker('/no-such-script.js', { type: 'module' }) })
  await expect(missing.call('echo', 1)).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  const denied = connectWorker<ChaosMethods>({
    spawn: () => {
      throw new DOMException('refused by the policy', 'SecurityError')
    },
  })
  await expect(denied.call('echo', 1)).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
})

test('the network of the worker is the one of the page', async () => {
  const get = (url: string): Promise<Uint8Array> =>
    url === 'ok' ? Promise.resolve(new Uint8Array([9])) : Promise.reject(new SignError('NETWORK_BLOCKED', 'CORS'))
  const client = chaos({ network: { get, post: () => Promise.reject(new Error('not here')) } })
  expect(await client.call('get', 'ok')).toEqual(new Uint8Array([9]))
  await expect(client.call('get', 'other')).rejects.toMatchObject({ code: 'NETWORK_BLOCKED' })
  await expect(chaos().call('get', 'ok')).rejects.toMatchObject({ code: 'NETWORK_UNAVAILABLE' })
})

test('cancelling a call cancels its request in the page', async () => {
  const controller = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    const network: Network = {
      get: (_url, signal) =>
        new Promise((_done, reject) => {
          signal.addEventListener('abort', () => {
            resolve()
            reject(signal.reason as Error)
          })
          controller.abort()
        }),
      post: () => Promise.reject(new Error('not here')),
    }
    chaos({ network })
      .call('get', 'slow', { signal: controller.signal })
      .catch(() => undefined)
  })
  await stopped
})

const TO_BE_SIGNED: ToBeSigned = {
  signer: { certificate: new Uint8Array([1]), chain: [], mechanisms: [] },
  mechanism: { signature: 'Ed25519', digest: 'SHA-512' },
  dtbs: new Uint8Array([7]),
}

test('in the midst of a call the page signs, for that call alone', async () => {
  const client = chaos()
  const signed = (octet: number): Promise<readonly Uint8Array[]> =>
    client.call('sign', [TO_BE_SIGNED, TO_BE_SIGNED], {
      onSign: (asked) => Promise.resolve(asked.map(({ dtbs }) => Uint8Array.of(dtbs[0] ?? 0, octet))),
    })
  const [one, two] = await Promise.all([signed(1), signed(2)])
  expect(one).toEqual([Uint8Array.of(7, 1), Uint8Array.of(7, 1)])
  expect(two).toEqual([Uint8Array.of(7, 2), Uint8Array.of(7, 2)])
})

test('a key that refuses ends its call with its own code; a call that nobody signs for is cancelled', async () => {
  const client = chaos()
  const refused = client.call('sign', [TO_BE_SIGNED], {
    onSign: () => Promise.reject(new SignError('KEY_SIGN_FAILED', 'card removed')),
  })
  await expect(refused).rejects.toMatchObject({ code: 'KEY_SIGN_FAILED' })
  await expect(client.call('sign', [TO_BE_SIGNED])).rejects.toMatchObject({ name: 'AbortError' })
  expect(await client.call('echo', 1)).toBe(1)
})

test('a small file crosses as bytes that change owner, and is a file again', async () => {
  const client = chaos()
  const [one, two] = await Promise.all([client.call('file', 5), client.call('file', 7)])
  expect(one.file).toMatchObject({ name: 'a.bin', type: 'x/y' })
  expect(heldBytes(one.file)).toEqual(new Uint8Array(5).fill(5))
  expect(new Uint8Array(await two.file.blob.arrayBuffer())).toEqual(new Uint8Array(7).fill(7))
  expect((await client.call('file', 1)).left).toBe(0)
})

test('what the page said to a worker that died never reaches the next', async () => {
  const client = chaos()
  const signed = client.call('sign', [TO_BE_SIGNED], {
    onSign: async (asked) => {
      client.close()
      await expect(client.call('echo', 1)).resolves.toBe(1)
      return asked.map(({ dtbs }) => dtbs)
    },
  })
  await expect(signed).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
  expect(await client.call('sign', [TO_BE_SIGNED], { onSign: () => Promise.resolve([Uint8Array.of(9)]) })).toEqual([
    Uint8Array.of(9),
  ])
})

test('closing ends what is open', async () => {
  const client = chaos()
  const waiting = client.call('wait', null)
  client.close()
  await expect(waiting).rejects.toMatchObject({ code: 'WORKER_CRASHED' })
})
