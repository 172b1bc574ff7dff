import { expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { CommandingHost, DeliverableAnswer, SignedAnswer } from '../core/host.ts'
import { openDelivery, type DeliveryState, type DeliveryStore } from './delivery.ts'

type Save = CommandingHost['save']

function setUp(save: Save, { canSave = true, patience = 10_000 } = {}) {
  const kept = new Map<string, DeliverableAnswer>()
  const told: unknown[] = []
  const states: DeliveryState[] = []
  const waiting: { status: string; resolve(state: DeliveryState): void }[] = []
  const store: DeliveryStore = {
    put: async ({ receipt, answer }) => (kept.set(receipt, answer), 'storage' as const),
    list: async () => [],
    remove: async (receipt) => void kept.delete(receipt),
  }
  const host: CommandingHost = {
    id: 'test',
    origin: 'https://crm.example',
    capabilities: new Set(canSave ? (['save'] as const) : []),
    context: async () => ({}),
    list: async () => [],
    open: () => Promise.reject(new Error('not asked')),
    save,
    confirm: async () => false,
    fetch: () => Promise.reject(new Error('not asked')),
    tell: (event, data) => told.push([event, data]),
  }
  const delivery = openDelivery({
    host,
    store,
    now: () => new Date(0),
    patience,
    onState: (state) => {
      states.push(state)
      for (const one of waiting.splice(0)) {
        if (one.status === state.status) one.resolve(state)
        else waiting.push(one)
      }
    },
  })
  const until = (status: DeliveryState['status']) =>
    new Promise<DeliveryState>((resolve) => waiting.push({ status, resolve }))
  return { delivery, kept, told, states, until }
}

const answer = (...ids: string[]): SignedAnswer => ({
  status: 'signed',
  documents: ids.map((id) => ({
    id,
    name: `${id}.pdf`,
    type: 'application/pdf',
    blob: new Blob([id]),
    sha256: '00',
    originalSha256: '11',
    ifVersion: 'v1',
    stored: false,
  })),
  signature: {
    format: 'PAdES',
    level: 'B-B',
    signer: 'A',
    certificate: '',
    fingerprint: '',
    time: '',
    timeIsProven: false,
  },
  receipt: { id: 'r1', requestId: 'q1' },
})

test('the answer is kept before the first save, and final only when the host has stored all', async () => {
  const calls: string[] = []
  const { delivery, kept, states } = setUp(async (ref, _blob, guard) => {
    expect(kept.has('r1')).toBe(true)
    calls.push(`${ref.id} ${guard.ifVersion} ${guard.idempotencyKey} ${guard.sha256}`)
    return { stored: ref, version: 'v2' }
  })
  const final = await delivery.deliver(answer('a', 'b'))
  expect(calls).toEqual(['a v1 r1/a 00', 'b v1 r1/b 00'])
  expect(final.documents.map(({ stored, version }) => [stored, version])).toEqual([
    [true, 'v2'],
    [true, 'v2'],
  ])
  expect(states.at(-1)?.status).toBe('saved')
  expect(kept.get('r1')).toEqual(final)
  await delivery.received('r1')
  expect(kept.size).toBe(0)
})

test('a save that fails keeps the file and says why; a retry uses the same keys and stores only what is missing', async () => {
  const keys: string[] = []
  let broken = true
  const { delivery, kept, told, until } = setUp(async (ref, _blob, { idempotencyKey }) => {
    keys.push(idempotencyKey)
    if (ref.id === 'b' && broken) throw new SignError('HOST_SAVE_FAILED', 'HTTP 500')
    return { stored: ref, version: '' }
  })
  const unsaved = until('unsaved')
  const delivered = delivery.deliver(answer('a', 'b'))
  expect(await unsaved).toMatchObject({ refusal: { code: 'HOST_SAVE_FAILED' } })
  expect(told).toEqual([['error', { code: 'HOST_SAVE_FAILED', message: 'HTTP 500' }]])
  expect(await kept.get('r1')?.documents[1]?.blob.text()).toBe('b')
  broken = false
  delivery.retry()
  expect((await delivered).documents.every(({ stored }) => stored)).toBe(true)
  expect(keys).toEqual(['r1/a', 'r1/b', 'r1/b'])
})

test('a host that never answers is HOST_TIMEOUT; its late answer still turns into success', async () => {
  let store: (() => void) | undefined
  const { delivery, until } = setUp(
    (ref) => new Promise((resolve) => (store = () => resolve({ stored: ref, version: 'late' }))),
    { patience: 5 },
  )
  const unsaved = until('unsaved')
  const delivered = delivery.deliver(answer('a'))
  expect(await unsaved).toMatchObject({ refusal: { code: 'HOST_TIMEOUT' } })
  store?.()
  expect((await delivered).documents[0]).toMatchObject({ stored: true, version: 'late' })
})

test('giving up hands the answer out as not stored, with its bytes', async () => {
  const { delivery, until } = setUp(() => Promise.reject(new SignError('HOST_CONFLICT', 'v2 is stored')))
  const unsaved = until('unsaved')
  const delivered = delivery.deliver(answer('a'))
  expect(await unsaved).toMatchObject({ refusal: { code: 'HOST_CONFLICT' } })
  delivery.giveUp()
  const [document] = (await delivered).documents
  expect(document?.stored).toBe(false)
  expect(await document?.blob.text()).toBe('a')
})

test('a host that stores nothing itself gets the answer, which is kept until it has confirmed', async () => {
  const { delivery, kept, states } = setUp(() => Promise.reject(new Error('never asked')), { canSave: false })
  expect((await delivery.deliver(answer('a'))).documents[0]?.stored).toBe(false)
  expect(states).toEqual([])
  expect(kept.size).toBe(1)
})
