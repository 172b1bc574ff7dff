import { afterEach, expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import { openVault, type KeyRecord, type Vault } from './vault.ts'

const opened: { vault: Vault; name: string }[] = []
let counter = 0

function fresh(factory: () => IDBFactory | undefined = () => indexedDB): { vault: Vault; name: string } {
  const name = `vault-test-${Date.now()}-${counter++}`
  const one = { vault: openVault(factory, name), name }
  opened.push(one)
  return one
}

afterEach(() => {
  for (const { vault, name } of opened.splice(0)) {
    vault.close()
    indexedDB.deleteDatabase(name)
  }
})

async function record(id: string): Promise<KeyRecord> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  return {
    id,
    label: id,
    privateKeys: [pair.privateKey],
    certificate: new Uint8Array([1, 2, 3]),
    chain: [],
    createdAt: new Date('2026-01-01'),
    lastUsedAt: null,
    backedUp: false,
  }
}

/** A factory whose `open` behaves as a browser that refuses does. */
function failingFactory(name: string, how: 'throws' | 'error event'): IDBFactory {
  const open = (): IDBOpenDBRequest => {
    if (how === 'throws') throw new DOMException('refused', name)
    const request = new EventTarget() as IDBOpenDBRequest
    Object.defineProperty(request, 'error', { value: new DOMException('refused', name) })
    queueMicrotask(() => request.onerror?.(new Event('error')))
    return request
  }
  return { open } as unknown as IDBFactory
}

test('a key comes back non-extractable and signs, through a second connection', async () => {
  const { vault, name } = fresh()
  await vault.addKey(await record('a'))
  const other = openVault(() => indexedDB, name)
  const found = await other.key('a')
  other.close()
  const [key] = found.privateKeys
  expect(key?.extractable).toBe(false)
  const value = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key!, new Uint8Array(4))
  expect(value.byteLength).toBe(64)
})

test('a taken id is never overwritten', async () => {
  const { vault } = fresh()
  const first = await record('a')
  await vault.addKey(first)
  await expect(vault.addKey({ ...(await record('a')), label: 'usurper' })).rejects.toMatchObject({
    code: 'KEY_CREATION_FAILED',
  })
  expect((await vault.key('a')).label).toBe('a')
})

test('a change that throws leaves the record as it was', async () => {
  const { vault } = fresh()
  await vault.addKey(await record('a'))
  await expect(
    vault.changeKey('a', () => {
      throw new RangeError('no')
    }),
  ).rejects.toThrow(RangeError)
  expect((await vault.key('a')).label).toBe('a')
})

test('what is not there is KEY_NOT_FOUND: read, change and remove', async () => {
  const { vault } = fresh()
  for (const act of [vault.key('x'), vault.changeKey('x', (r) => r), vault.removeKey('x')]) {
    await expect(act).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  }
})

test('every way a browser refuses its storage is a code, not a crash', async () => {
  for (const name of ['UnknownError', 'SecurityError', 'InvalidStateError', 'NotAllowedError', 'VersionError']) {
    for (const how of ['throws', 'error event'] as const) {
      const { vault } = fresh(() => failingFactory(name, how))
      await expect(vault.keys(), `${name} ${how}`).rejects.toMatchObject({
        code: 'KEY_STORAGE_UNAVAILABLE',
        details: { reason: name },
      })
    }
  }
  const { vault } = fresh(() => failingFactory('QuotaExceededError', 'error event'))
  await expect(vault.keys()).rejects.toMatchObject({ code: 'KEY_STORAGE_FULL' })
})

test('no IndexedDB at all, or a getter that throws, is a code', async () => {
  await expect(fresh(() => undefined).vault.keys()).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
  const throwing = fresh(() => {
    throw new DOMException('opaque origin', 'SecurityError')
  })
  await expect(throwing.vault.keys()).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
})

test('storage that refused once is asked again', async () => {
  let broken = true
  const { vault } = fresh(() => (broken ? failingFactory('UnknownError', 'throws') : indexedDB))
  await expect(vault.keys()).rejects.toMatchObject({ code: 'KEY_STORAGE_UNAVAILABLE' })
  broken = false
  expect(await vault.keys()).toEqual([])
})

test('a database of a newer version of the app is refused and left alone', async () => {
  const { vault, name } = fresh()
  await vault.addKey(await record('a'))
  vault.close()
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, 9)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
  })
  await expect(openVault(() => indexedDB, name).keys()).rejects.toMatchObject({
    code: 'KEY_STORAGE_UNAVAILABLE',
    details: { reason: 'VersionError' },
  })
})

test('an open vault lets another tab upgrade or delete the database, then works again', async () => {
  const { vault, name } = fresh()
  await vault.addKey(await record('a'))
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('blocked'))
    request.onsuccess = () => resolve()
  })
  expect(await vault.keys()).toEqual([])
  await vault.addKey(await record('b'))
  expect((await vault.keys()).map((x) => x.id)).toEqual(['b'])
})

test('a damaged record is not shown and not deleted', async () => {
  const { vault, name } = fresh()
  await vault.addKey(await record('good'))
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const transaction = request.result.transaction('keys', 'readwrite')
      transaction.objectStore('keys').put({ id: 'bad', label: 7 })
      transaction.oncomplete = () => {
        request.result.close()
        resolve()
      }
    }
  })
  expect((await vault.keys()).map((x) => x.id)).toEqual(['good'])
  await expect(vault.key('bad')).rejects.toMatchObject({ code: 'KEY_NOT_FOUND' })
  await expect(vault.addKey(await record('bad'))).rejects.toMatchObject({ code: 'KEY_CREATION_FAILED' })
})

test('another vault of the same storage hears of a change', async () => {
  const { vault, name } = fresh()
  const other = openVault(() => indexedDB, name)
  const heard = new Promise<void>((resolve) => other.keyChanges.subscribe(resolve))
  await vault.addKey(await record('a'))
  await heard
  other.close()
})

test('a version-1 vault keeps its keys when gates and grants are added', async () => {
  const name = `vault-test-${Date.now()}-${counter++}`
  const key = await record('old')
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keys', { keyPath: 'id' }).add(key)
      request.result.createObjectStore('anchors', { keyPath: 'fingerprint' })
      request.result.createObjectStore('settings')
    }
    request.onerror = () => reject(request.error ?? new Error('not opened'))
    request.onsuccess = () => (request.result.close(), resolve())
  })
  const vault = openVault(() => indexedDB, name)
  opened.push({ vault, name })
  expect((await vault.keys()).map(({ id }) => id)).toEqual(['old'])
  expect(await vault.gates().get('old')).toBeNull()
})

test('a change of a record is one transaction, over two connections; it goes with its key', async () => {
  const { vault, name } = fresh()
  const other = openVault(() => indexedDB, name)
  opened.push({ vault: other, name })
  await vault.addKey(await record('k'))
  type Grant = { id: string; keyId: string; left: number }
  const grants = [vault.grants<Grant>(), other.grants<Grant>()] as const
  await grants[0].change('g', () => ({ id: 'g', keyId: 'k', left: 10 }))
  const take = (now: Grant | null) => {
    if (!now || now.left === 0) throw new SignError('UNATTENDED_NOT_GRANTED', 'none left')
    return { ...now, left: now.left - 1 }
  }
  const all = await Promise.allSettled(Array.from({ length: 15 }, (_, at) => grants[at % 2 ? 1 : 0].change('g', take)))
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  expect(all.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'UNATTENDED_NOT_GRANTED' } })
  expect((await grants[1].get('g'))?.left).toBe(0)
  const hmac = await crypto.subtle.importKey('raw', new Uint8Array(20), { name: 'HMAC', hash: 'SHA-1' }, false, [
    'sign',
  ])
  await vault.gates<{ id: string; hmac: CryptoKey }>().change('k', () => ({ id: 'k', hmac }))
  expect((await other.gates<{ id: string; hmac: CryptoKey }>().get('k'))?.hmac.extractable).toBe(false)
  await other.removeKey('k')
  expect(await vault.gates().get('k')).toBeNull()
  expect(await vault.grants().all()).toEqual([])
})
