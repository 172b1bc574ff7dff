import { describe, expect, test } from 'vitest'
import { itemFiles } from './item-files.ts'
import { codeOf, pace, withRetries } from './portal.ts'
import { recordOf } from './record.ts'

type File = { id: number; urlMachine: string }

function deal(fields: Record<string, File[]>, multiple: Record<string, boolean>) {
  let next = 1000
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
    }
    const item = Object.entries(state).map(([name, files]) => [name, multiple[name] ? files : (files[0] ?? null)])
    return { item: Object.fromEntries(item) as Record<string, unknown> }
  }
  const record = { entityTypeId: 2, id: 7, ownerType: 'deal' }
  return { state, files: itemFiles(call, record, async () => new Blob(['%PDF'])) }
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

  test('calls are spaced, in order, and one failure does not stop the next', async () => {
    const paced = pace(1)
    const seen: number[] = []
    const calls = [1, 2, 3].map((n) =>
      paced(async () => {
        seen.push(n)
        if (n === 2) throw new Error('no')
      }).catch(() => undefined),
    )
    await Promise.all(calls)
    expect(seen).toEqual([1, 2, 3])
  })

  test('placements name their record', () => {
    expect(recordOf('CRM_DEAL_DETAIL_TAB', { ID: '7' })).toEqual({ entityTypeId: 2, id: 7, ownerType: 'deal' })
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
})
