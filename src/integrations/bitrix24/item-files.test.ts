import { describe, expect, test } from 'vitest'
import { itemFiles } from './item-files.ts'
import { codeOf, pace, withRetries } from './portal.ts'
import { placementOf, recordOf, recordTypes } from './record.ts'

type File = { id: number; urlMachine: string }

type Writer = (state: Record<string, File[]>) => void

/** @param others what other writers do right after each of our updates */
function deal(fields: Record<string, File[]>, multiple: Record<string, boolean>, others: Writer[] = []) {
  let next = 1000
  let tokens = 0
  const state = structuredClone(fields)
  const call = async (method: string, params: Record<string, unknown> = {}) => {
    if (method === 'crm.item.fields') {
      return {
        fields: Object.fromEntries(
          Object.entries(multiple).map(([name, isMultiple]) => [name, { type: 'file', isMultiple }]),
        ),
      }
    }
    if (method === 'crm.item.update') {
      for (const [name, value] of Object.entries(params['fields'] as Record<string, unknown>)) {
        const given = (multiple[name] ? value : [value]) as ({ id: number } | [string, string])[]
        state[name] = given.map((one) =>
          Array.isArray(one) ? { id: next++, urlMachine: '' } : { id: one.id, urlMachine: '' },
        )
      }
      const answer = { item: view() }
      others.shift()?.(state)
      return answer
    }
    return { item: view() }
  }
  function view(): Record<string, unknown> {
    const item = Object.entries(state).map(([name, files]) => [name, multiple[name] ? files : (files[0] ?? null)])
    return Object.fromEntries(item)
  }
  const fetchBlob = async () => {
    if (tokens-- > 0) throw new Error('HTTP 401')
    return new Blob(['%PDF'])
  }
  const expire = (times: number) => (tokens = times)
  return { state, expire, files: itemFiles(call, { entityTypeId: 2, id: 7 }, fetchBlob, 1) }
}

const file = (id: number): File => ({ id, urlMachine: `https://p.example/f?fileName=a${id}.pdf` })
const signed = { name: 'a.pdf', type: 'application/pdf', blob: new Blob(['signed']), sha256: '' }

describe('files of a record', () => {
  test('a copy goes beside those that are there, which are sent again so that the portal keeps them', async () => {
    const { files, state } = deal({ source: [file(1)], target: [file(2), file(3)] }, { source: false, target: true })
    expect(await files.list()).toMatchObject([
      { id: 'source:1', name: 'a1.pdf' },
      { id: 'target:2' },
      { id: 'target:3' },
    ])
    const { version = '' } = await files.read('source:1')
    await files.write('source:1', 'target', signed, version)
    expect(state['target']?.map(({ id }) => id)).toEqual([2, 3, 1000])
    expect(state['source']).toEqual([file(1)])
  })

  test('what another signer wrote meanwhile is a conflict, in both directions', async () => {
    const { files, state } = deal({ source: [file(1)], target: [file(2)] }, { source: false, target: true })
    const { version = '' } = await files.read('source:1')
    state['target'] = [file(2), file(9)]
    await expect(files.write('source:1', 'target', signed, version)).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    state['target'] = []
    await expect(files.write('source:1', 'target', signed, version)).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
  })

  test('a single field loses no other file; the same document with one more signature may take its place', async () => {
    const { files, state } = deal({ source: [file(1)], target: [file(2)] }, { source: false, target: false })
    const { version = '' } = await files.read('source:1')
    await expect(files.write('source:1', 'target', signed, version)).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    await files.write('target:2', 'target', signed, version)
    expect(state['target']?.map(({ id }) => id)).toEqual([1000])
  })

  test('a writer who had read before us and deletes ours: it is added again, beside theirs', async () => {
    const theirs: Writer = (state) => (state['target'] = [file(2), file(99)])
    const { files, state } = deal({ source: [file(1)], target: [file(2)] }, { source: false, target: true }, [theirs])
    const { version = '' } = await files.read('source:1')
    await files.write('source:1', 'target', signed, version)
    expect(state['target']?.map(({ id }) => id)).toEqual([2, 99, 1001])
  })

  test('writers who never stop end in a conflict, and lose nothing of theirs', async () => {
    const theirs = [80, 81, 82, 83].map(
      (id): Writer =>
        (state) =>
          (state['target'] = [file(id)]),
    )
    const { files, state } = deal({ source: [file(1)], target: [] }, { source: false, target: true }, theirs)
    const { version = '' } = await files.read('source:1')
    await expect(files.write('source:1', 'target', signed, version)).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    expect(state['target']?.map(({ id }) => id)).toEqual([82])
  })

  test('a download whose token ran out is asked for anew, once', async () => {
    const { files, expire } = deal({ source: [file(1)] }, { source: false })
    expire(1)
    expect((await files.read('source:1')).version).toBe(await files.version())
    expire(2)
    await expect(files.read('source:1')).rejects.toThrow('401')
  })

  test('a file that is gone, and a field that does not exist, are coded', async () => {
    const { files } = deal({ source: [file(1)] }, { source: false })
    await expect(files.read('source:5')).rejects.toMatchObject({ code: 'HOST_CONFLICT' })
    await expect(files.write('source:1', 'nowhere', signed, '')).rejects.toMatchObject({ code: 'HOST_SAVE_FAILED' })
  })
})

describe('the portal', () => {
  test('"later" is waited for, longer each time; anything else is final and names the code only', async () => {
    const waits: number[] = []
    let left = 3
    const answer = await withRetries(
      async () => {
        if (left-- > 0) throw Object.assign(new Error('busy'), { code: 'QUERY_LIMIT_EXCEEDED' })
        return 'done'
      },
      'm',
      async (ms) => void waits.push(ms),
    )
    expect(answer).toBe('done')
    expect(waits).toEqual([1000, 2000, 4000])
    const denied = withRetries(
      () => Promise.reject(Object.assign(new Error('auth=secret'), { code: 'ACCESS_DENIED' })),
      'm',
    )
    await expect(denied).rejects.toMatchObject({ code: 'HOST_FAILED', message: 'm: ACCESS_DENIED' })
    expect(codeOf(new Error('x OPERATION_TIME_LIMIT y'))).toBe('OPERATION_TIME_LIMIT')
  })

  test('calls come in order; after a burst they are spaced, and one failure does not stop the next', async () => {
    let time = 0
    const waits: number[] = []
    const wait = async (ms: number) => {
      waits.push(ms)
      time += ms
    }
    const paced = pace(500, 2, { now: () => time, wait })
    const seen: number[] = []
    const call = (n: number) =>
      paced(async () => {
        seen.push(n)
        if (n === 2) throw new Error('no')
      }).catch(() => undefined)
    await Promise.all([1, 2, 3, 4].map(call))
    expect(seen).toEqual([1, 2, 3, 4])
    expect(waits).toEqual([500, 500])
    time += 10_000
    await Promise.all([5, 6].map(call))
    expect(waits).toHaveLength(2)
  })

  test('placements name their record', () => {
    expect(recordOf('CRM_DEAL_DETAIL_TAB', { ID: '7' })).toEqual({ entityTypeId: 2, id: 7 })
    expect(recordOf('CRM_DEAL_DOCUMENTGENERATOR_BUTTON', { ENTITY_ID: 8 })?.id).toBe(8)
    expect(recordOf('CRM_SMART_INVOICE_DETAIL_TAB', { ID: 1 })?.entityTypeId).toBe(31)
    expect(recordOf('CRM_DYNAMIC_174_DETAIL_TAB', { ID: 5 })).toMatchObject({ entityTypeId: 174, id: 5 })
    for (const [placement, ID] of [
      ['CRM_DEAL_DETAIL_TAB', 'x'],
      ['CRM_DEAL_DETAIL_TAB', -1],
      ['DEFAULT', 1],
      ['CRM_X_TAB', 1],
    ] as const)
      expect(recordOf(placement, { ID })).toBeNull()
  })

  test('smart processes stand beside the built-in kinds, each with its placements', () => {
    const titles = { DEAL: 'Deals', LEAD: 'Leads', CONTACT: 'C', COMPANY: 'Co', QUOTE: 'Q', SMART_INVOICE: 'I' }
    const smart = { types: [{ id: 5, entityTypeId: 174, title: 'Orders' }, { id: 6, entityTypeId: 31 }, null, {}] }
    const types = recordTypes(titles, smart)
    expect(types.map(({ entityTypeId }) => entityTypeId)).toEqual([2, 1, 3, 4, 7, 31, 174])
    const [order] = types.slice(-1)
    expect(order).toEqual({ entityTypeId: 174, code: 'DYNAMIC_174', title: 'Orders', fieldsOf: 'CRM_5' })
    for (const type of types) {
      expect(recordOf(placementOf(type, 'DETAIL_TAB'), { ID: 1 })?.entityTypeId).toBe(type.entityTypeId)
    }
    expect(recordTypes(titles, null)).toHaveLength(6)
  })
})
