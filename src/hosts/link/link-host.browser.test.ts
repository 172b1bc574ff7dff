import { afterEach, describe, expect, test } from 'vitest'
import { commands } from 'vitest/browser'
import type { CommandingHost } from '../../core/host.ts'
import type { LinkAddress } from '../../core/link/address.ts'
import { seal, unseal } from '../../core/link/seal.ts'
import { browserEngine as engine } from '../../platform/engine.ts'
import { systemRandom as random } from '../../platform/random.ts'
import type { BlobStoreCommands } from '../../testing/blob-store-commands.ts'
import { hostContract } from '../host.contract.ts'
import { linkHost, LINKED_ID, type LinkTransfer } from './link-host.ts'

const store = commands as unknown as BlobStoreCommands
const ref = { id: LINKED_ID, name: 'contract.pdf' }
const signal = new AbortController().signal
const guard = (ifVersion: string, idempotencyKey: string = crypto.randomUUID()) => ({ ifVersion, idempotencyKey })
const pdf = (text: string) => new Blob([`%PDF-1.7 ${text}`], { type: 'application/pdf' })
const latin1 = async (blob: Blob) => String.fromCharCode(...new Uint8Array(await blob.arrayBuffer()))

afterEach(async () => {
  await store.storeEtags('strong')
  await store.storeCalm()
})

type Made = { host: CommandingHost; name: string; src: string; transfers: (LinkTransfer | null)[] }
type Change = Partial<LinkAddress> & { storage?: string[]; maxBytes?: number; patience?: number; content?: string }

/** A document in the storage and the host of the link to it. */
async function begin(change: Change = {}): Promise<Made> {
  const name = `${crypto.randomUUID()}.pdf`
  const { storage, maxBytes = 1e6, patience, content = '%PDF-1.7 a contract', ...address } = change
  await store.storePut(name, content, 'application/pdf')
  const src = address.src ?? (await store.storeSign('GET', name))
  const dst =
    address.dst === undefined ? { url: await store.storeSign('PUT', name), method: 'PUT' as const } : address.dst
  const transfers: Made['transfers'] = []
  const host = linkHost({
    link: { name: 'contract.pdf', sha256: null, who: null, key: null, ...address, src, dst },
    storage: storage ?? [new URL(src).origin],
    maxBytes,
    engine,
    random,
    identity: name,
    onTransfer: (transfer) => transfers.push(transfer),
    ...(patience === undefined ? {} : { patience }),
  })
  return { host, name, src, transfers }
}

for (const etags of ['strong', 'weak', 'hidden'] as const) {
  describe(`a storage with ${etags} ETags`, () => {
    hostContract(`link, ${etags}`, async () => {
      await store.storeEtags(etags)
      const { host, name } = await begin()
      let stored = 0
      let before = await store.storeGet(name)
      // The contract's own bytes are no PDF, and this link writes over its document.
      const save: CommandingHost['save'] = async (to, blob, held) => {
        try {
          return await host.save(to, pdf(await blob.text()), held)
        } finally {
          const now = await store.storeGet(name)
          if (now !== before) stored++
          before = now
        }
      }
      return { host: { ...host, save }, ref, stored: () => stored }
    })
  })
}

describe('reading', () => {
  test('tells how far it has come, and sends neither cookie nor referrer', async () => {
    const { host, name, transfers } = await begin({ content: `%PDF-1.7 ${'x'.repeat(300_000)}` })
    const { blob, version } = await host.open(ref, signal)
    expect(blob.size).toBe(300_009)
    expect(version).toMatch(/^"[0-9a-f]{32}"$/)
    expect(transfers.at(-2)).toMatchObject({ direction: 'down', done: 300_009, total: 300_009 })
    expect(transfers.at(-1)).toBeNull()
    expect(await store.storeRequests(name)).toEqual([{ method: 'GET', name, origin: location.origin }])
  })

  test('an origin that is not listed is not asked', async () => {
    await expect(begin({ storage: ['https://files.example'] })).rejects.toMatchObject({
      code: 'LINK_ORIGIN_REFUSED',
      details: { origin: expect.stringContaining('localhost') as string },
    })
    await expect(begin({ dst: { url: 'https://elsewhere.example/x', method: 'PUT' } })).rejects.toMatchObject({
      code: 'LINK_ORIGIN_REFUSED',
      details: { origin: 'https://elsewhere.example' },
    })
  })

  test('an address that expired or that nobody signed, and an object that is gone, ask for a new link', async () => {
    const name = 'expired.pdf'
    await store.storePut(name, '%PDF-', 'application/pdf')
    const expired = await store.storeSign('GET', name, Date.now() - 1000)
    const gone = await store.storeSign('GET', 'gone.pdf')
    for (const src of [expired, expired.replace(/sig=./, 'sig=_'), gone]) {
      const error: unknown = await (await begin({ src })).host.open(ref, signal).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'LINK_EXPIRED' })
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('sig=')
    }
  })

  test('more than permitted is not taken, announced or not', async () => {
    const content = `%PDF-1.7 ${'x'.repeat(5000)}`
    const { host } = await begin({ content, maxBytes: 4000 })
    await expect(host.open(ref, signal)).rejects.toMatchObject({ code: 'HOST_DOCUMENT_TOO_LARGE' })
    const key = random.bytes(32)
    const sealed = await latin1(
      await seal({ name: 'a.pdf', type: '', blob: new Blob([content]) }, key, { engine, random }),
    )
    await expect((await begin({ content: sealed, key, maxBytes: 4000 })).host.open(ref, signal)).rejects.toMatchObject({
      code: 'HOST_DOCUMENT_TOO_LARGE',
    })
  })

  test.each([
    ['breaks off', 'breaks', 'NETWORK_BLOCKED'],
    ['fails', 'error', 'HOST_LOAD_FAILED'],
    ['never answers', 'silent', 'NETWORK_TIMEOUT'],
    ['leads to a place that is not listed', 'redirects', 'NETWORK_BLOCKED'],
  ] as const)('a storage that %s', async (_, day, code) => {
    const { host } = await begin({ patience: 300 })
    await store.storeNext('GET', day)
    await expect(host.open(ref, signal)).rejects.toMatchObject({ code })
    await store.storeCalm()
    expect((await host.open(ref, signal)).name).toBe('contract.pdf')
  })

  test('a cancel stops it', async () => {
    const { host, transfers } = await begin()
    await store.storeNext('GET', 'silent')
    const opening = host.open(ref, signal)
    transfers[0]?.cancel()
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('a document whose signature stands beside it needs a place of its own', async () => {
    const { host } = await begin({ content: 'plain text' })
    await expect(host.open(ref, signal)).rejects.toMatchObject({ code: 'LINK_INVALID', details: { field: 'dst' } })
  })
})

describe('writing back', () => {
  test('a version that somebody else wrote meanwhile stays', async () => {
    const { host, name } = await begin()
    const { version } = await host.open(ref, signal)
    await store.storePut(name, '%PDF-1.7 signed by another', 'application/pdf')
    await expect(host.save(ref, pdf('signed'), guard(version))).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    expect(await store.storeGet(name)).toBe('%PDF-1.7 signed by another')
  })

  test('an answer that was lost on the way is no conflict: what is there is ours', async () => {
    const { host, name } = await begin()
    const { version } = await host.open(ref, signal)
    await store.storeNext('PUT', 'stores-and-breaks')
    const held = guard(version)
    // The browser itself may repeat it; if not, the person does.
    const save = () => host.save(ref, pdf('signed'), held)
    expect((await save().catch(save)).version).not.toBe(version)
    expect((await store.storeRequests(name)).filter(({ method }) => method === 'PUT')).toHaveLength(2)
    expect(await store.storeGet(name)).toBe('%PDF-1.7 signed')
  })

  test.each([
    ['breaks off midway', 'breaks', 'NETWORK_BLOCKED'],
    ['fails', 'error', 'HOST_SAVE_FAILED'],
    ['never answers', 'silent', 'NETWORK_TIMEOUT'],
  ] as const)('a storage that %s: nothing is stored, and the same save stores it later', async (_, day, code) => {
    const { host, name } = await begin({ patience: 300 })
    const { version } = await host.open(ref, signal)
    await store.storeNext('PUT', day)
    const held = guard(version)
    await expect(host.save(ref, pdf('signed'.repeat(50_000)), held)).rejects.toMatchObject({ code })
    expect(await store.storeGet(name)).toBe('%PDF-1.7 a contract')
    await store.storeCalm()
    await host.save(ref, pdf('signed'), held)
    expect(await store.storeGet(name)).toBe('%PDF-1.7 signed')
  })

  test('a place of its own is written once and never over something', async () => {
    const own = `${crypto.randomUUID()}.pdf`
    const dst = { url: await store.storeSign('PUT', own), method: 'PUT' as const }
    const one = await begin({ dst })
    const other = await begin({ dst })
    await one.host.save(ref, pdf('by one'), guard((await one.host.open(ref, signal)).version))
    const late = other.host.save(ref, pdf('by another'), guard((await other.host.open(ref, signal)).version))
    await expect(late).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    expect(await store.storeGet(own)).toBe('%PDF-1.7 by one')
  })

  test('a service behind a POST gets the bytes', async () => {
    const own = `${crypto.randomUUID()}.p7s`
    const { host } = await begin({ content: 'text', dst: { url: await store.storeSign('POST', own), method: 'POST' } })
    await store.storeEtags('hidden')
    const { version } = await host.open(ref, signal)
    await host.save(ref, new Blob(['a signature']), guard(version))
    expect(await store.storeGet(own)).toBe('a signature')
  })

  test('a signature beside a document never takes the place of the document', async () => {
    const { host, name } = await begin()
    const { version } = await host.open(ref, signal)
    await expect(host.save(ref, new Blob(['p7s']), guard(version))).rejects.toMatchObject({ code: 'HOST_SAVE_FAILED' })
    expect(await store.storeGet(name)).toBe('%PDF-1.7 a contract')
  })

  test('an address to write to that expired keeps the document and asks for a new link', async () => {
    const name = `${crypto.randomUUID()}.pdf`
    const url = await store.storeSign('PUT', name, Date.now() - 1)
    const { host } = await begin({ dst: { url, method: 'PUT' } })
    const { version } = await host.open(ref, signal)
    await expect(host.save(ref, pdf('signed'), guard(version))).rejects.toMatchObject({ code: 'LINK_EXPIRED' })
  })
})

describe('a sealed document', () => {
  const key = random.bytes(32)
  const plain = { name: 'Договор.pdf', type: 'application/pdf', blob: pdf('a secret') }
  const sealed = async () => latin1(await seal(plain, key, { engine, random }))

  test('is opened and written back sealed, with its own name; the storage never sees a word', async () => {
    const { host, name } = await begin({ content: await sealed(), key })
    const opened = await host.open(ref, signal)
    expect(opened).toMatchObject({ name: plain.name, type: plain.type })
    expect(await opened.blob.text()).toBe('%PDF-1.7 a secret')
    await host.save({ ...ref, name: opened.name }, pdf('a secret, signed'), guard(opened.version))
    const text = (await store.storeGet(name)) ?? ''
    expect(text.startsWith('CSLK')).toBe(true)
    const back = await unseal(new Blob([Uint8Array.from(text, (c) => c.charCodeAt(0))]), key, { engine })
    expect(back.name).toBe(plain.name)
    expect(await back.blob.text()).toBe('%PDF-1.7 a secret, signed')
  })

  test('a lost answer is no conflict although no two sealed documents are alike', async () => {
    const { host } = await begin({ content: await sealed(), key })
    const { version } = await host.open(ref, signal)
    await store.storeNext('PUT', 'stores-and-breaks')
    const save = () => host.save(ref, pdf('signed'), guard(version))
    expect((await save().catch(save)).version).not.toBe(version)
  })

  test('another key, and a document that is not sealed, have their own codes', async () => {
    const wrong = await begin({ content: await sealed(), key: random.bytes(32) })
    await expect(wrong.host.open(ref, signal)).rejects.toMatchObject({ code: 'LINK_KEY_INCORRECT' })
    const open = await begin({ key })
    await expect(open.host.open(ref, signal)).rejects.toMatchObject({ code: 'LINK_DAMAGED' })
  })
})
