import { expect, test } from 'vitest'
import type { DocumentHost, DocumentRef } from '../core/host.ts'

export type HostCase = Readonly<{
  host: DocumentHost
  /** A document that the host has. */
  ref: DocumentRef
  /** How many documents were really stored so far. */
  stored: () => number
}>

const unused = (): AbortSignal => new AbortController().signal
const key = (): string => crypto.randomUUID()

/** What every document host must do, whatever is behind it. */
export function hostContract(name: string, make: () => Promise<HostCase>): void {
  test(`${name}: its context is plain data`, async () => {
    const { host } = await make()
    const context = await host.context()
    expect(structuredClone(context)).toEqual(context)
  })

  test(`${name}: a host that lists names the documents it opens`, async () => {
    const { host, ref } = await make()
    const listed = await host.list()
    if (host.capabilities.has('list')) expect(listed).toContainEqual(ref)
    else expect(listed).toEqual([])
  })

  test(`${name}: opens a document with its name, bytes and version, the same when asked again`, async () => {
    const { host, ref } = await make()
    const first = await host.open(ref, unused())
    const second = await host.open(ref, unused())
    expect(first.name).toBe(ref.name)
    expect(first.blob.size).toBeGreaterThan(0)
    expect(second.version).toBe(first.version)
    expect(await second.blob.text()).toBe(await first.blob.text())
  })

  test(`${name}: a document that it does not have, and a cancelled request, are refused`, async () => {
    const { host, ref } = await make()
    await expect(host.open({ id: 'nowhere', name: 'nowhere.pdf' }, unused())).rejects.toThrow()
    await expect(host.open(ref, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })

  test(`${name}: stores under a key once, however often it is asked`, async () => {
    const { host, ref, stored } = await make()
    const { version } = await host.open(ref, unused())
    const guard = { ifVersion: version, idempotencyKey: key() }
    const before = stored()
    const first = await host.save(ref, new Blob(['signed']), guard)
    const second = await host.save(ref, new Blob(['signed']), guard)
    expect(second).toEqual(first)
    expect(first.stored.id).toBe(ref.id)
    expect(typeof first.version).toBe('string')
    expect(stored() - before).toBe(1)
  })

  test(`${name}: never writes over a version that it was not shown`, async () => {
    const { host, ref, stored } = await make()
    const { version } = await host.open(ref, unused())
    const before = stored()
    const save = host.save(ref, new Blob(['signed']), { ifVersion: `${version}-older`, idempotencyKey: key() })
    await expect(save).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    expect(stored()).toBe(before)
  })
}
