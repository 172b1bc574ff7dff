import { expect, test } from 'vitest'
import { SignError } from '../../core/errors.ts'
import type { FetchRequest, HostCapability } from '../../core/host.ts'
import type { Network } from '../../core/ports.ts'
import { hostNetwork } from './host-network.ts'

const signal = new AbortController().signal
type Answer = (request: FetchRequest, signal: AbortSignal) => Promise<{ status: number; body: ArrayBuffer }>

function setUp(answer: Answer, { can = ['fetch'] as HostCapability[], limits = { timeout: 1000, bytes: 10 } } = {}) {
  const asked: FetchRequest[] = []
  const other: string[] = []
  const otherwise: Network = {
    post: async (url) => (other.push(url), Uint8Array.of(9)),
    get: async (url) => (other.push(url), Uint8Array.of(9)),
  }
  const host = {
    origin: 'https://crm.example',
    capabilities: new Set(can),
    fetch: (request: FetchRequest, aborted: AbortSignal) => (asked.push(request), answer(request, aborted)),
  }
  return { network: hostNetwork(() => host, otherwise, limits), asked, other }
}

const good: Answer = async () => ({ status: 200, body: Uint8Array.of(1, 2).buffer })

test('each kind of request goes to the host under its name, with the octets and nothing else', async () => {
  const { network, asked, other } = setUp(good)
  const post = (type: string) => network.post('http://tsa.example/', Uint8Array.of(3), type, signal)
  expect(await post('application/timestamp-query')).toEqual(Uint8Array.of(1, 2))
  await post('application/ocsp-request')
  await network.get('http://ca.example/x.crl', signal, 'application/pkix-crl')
  await network.get('http://ca.example/x.cer', signal, 'application/pkix-cert')
  expect(asked.map(({ kind, method }) => `${kind} ${method}`)).toEqual(['tsa POST', 'ocsp POST', 'crl GET', 'aia GET'])
  expect(asked[0]).toEqual({
    kind: 'tsa',
    url: 'http://tsa.example/',
    method: 'POST',
    headers: { 'Content-Type': 'application/timestamp-query' },
    body: Uint8Array.of(3).buffer,
  })
  expect(other).toEqual([])
})

test.each<[string, Answer]>([
  ['refuses', async () => ({ status: 403, body: new ArrayBuffer(0) })],
  ['fails', () => Promise.reject(new SignError('HOST_FAILED', 'no'))],
  ['answers nonsense', () => Promise.reject(new SignError('HOST_MESSAGE_INVALID', 'no'))],
  ['sends too much', async () => ({ status: 200, body: new ArrayBuffer(11) })],
  [
    'is too slow',
    (_request, aborted) =>
      new Promise((_resolve, reject) =>
        aborted.addEventListener('abort', () => reject(new DOMException('late', 'AbortError'))),
      ),
  ],
])('a host that %s: the other way is tried', async (_name, answer) => {
  const { network, other } = setUp(answer, { limits: { timeout: 5, bytes: 10 } })
  expect(await network.get('http://ca.example/x.crl', signal)).toEqual(Uint8Array.of(9))
  expect(other).toEqual(['http://ca.example/x.crl'])
})

test('a host without the ability, none yet, or an address that is no place of the web: not asked', async () => {
  const unable = setUp(good, { can: ['save'] })
  await unable.network.get('http://ca.example/x.crl', signal)
  const able = setUp(good)
  await able.network.get('file:///etc/passwd', signal)
  await able.network.get('http://user:secret@ca.example/', signal)
  expect([...unable.asked, ...able.asked]).toEqual([])
  const early = hostNetwork(() => null, { post: () => Promise.reject(new Error()), get: async () => Uint8Array.of(9) })
  expect(await early.get('http://ca.example/', signal)).toEqual(Uint8Array.of(9))
})

test('a cancel is a cancel: no other way is tried', async () => {
  const controller = new AbortController()
  const { network, other } = setUp(async () => {
    controller.abort()
    throw new DOMException('aborted', 'AbortError')
  })
  await expect(network.get('http://ca.example/', controller.signal)).rejects.toMatchObject({ name: 'AbortError' })
  expect(other).toEqual([])
})
