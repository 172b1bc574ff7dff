import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkActivityLog, unsealLogs, type ActivityEvent } from '../core/formats/activity-log.ts'
import { openActivityLog } from './activity-log.ts'

const sha256 = async (bytes: Uint8Array) => new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
const now = () => new Date('2026-11-22T10:00:00Z')

async function logOf(...actions: string[]): Promise<ActivityEvent[]> {
  const heard: ActivityEvent[] = []
  const log = openActivityLog({ sha256, now, onEvent: (event) => heard.push(event) })
  await Promise.all(actions.map((action, index) => log.add(action, { index })))
  expect(JSON.parse(await log.payload())).toEqual(heard)
  return heard
}
const check = (events: unknown) => checkActivityLog(JSON.stringify(events), sha256)

test('events are chained in the order they were added, even when added at once', async () => {
  const events = await logOf('opened', 'shown', 'consent')
  expect(events.map(({ sequence, action }) => [sequence, action])).toEqual([
    [0, 'opened'],
    [1, 'shown'],
    [2, 'consent'],
  ])
  expect(events[1]?.previous).toBe(events[0]?.hash)
  expect(await check(events)).toBeNull()
})

test('a change, a removal, a swap and an insertion are each found at their place', async () => {
  const events = await logOf('opened', 'shown', 'consent', 'signed')
  const [a, b, c, d] = events
  expect(await check([a, { ...b, action: 'declined' }, c, d])).toEqual({ at: 1, problem: 'changed' })
  expect(await check([a, { ...b, data: { index: 9 } }, c, d])).toEqual({ at: 1, problem: 'changed' })
  expect(await check([a, { ...b, time: '2020-01-01T00:00:00.000Z' }, c, d])).toEqual({ at: 1, problem: 'changed' })
  expect(await check([a, c, d])).toEqual({ at: 1, problem: 'out-of-order' })
  expect(await check([b, a, c, d])).toEqual({ at: 0, problem: 'out-of-order' })
  expect(await check([a, a, b, c, d])).toEqual({ at: 1, problem: 'out-of-order' })
  expect(await check([a, 7])).toEqual({ at: 1, problem: 'malformed' })
  expect(await checkActivityLog('{', sha256)).toEqual({ at: 0, problem: 'not-json' })
})

test('any text is judged, never an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const verdict = await checkActivityLog(text, sha256)
      expect(verdict === null || typeof verdict.problem === 'string').toBe(true)
    }),
    { seed: 20261122, numRuns: 200 },
  )
})

test('a sealed log among files is taken apart into what was signed and its signature; anything else stays', async () => {
  const payload = JSON.stringify(await logOf('opened', 'signed'))
  const file = (name: string, text: string) => ({ name, blob: new Blob([text]) })
  const sealed = (signature: string | null, of = payload) => JSON.stringify({ version: 1, payload: of, signature })
  const good = await unsealLogs([file('log.json', sealed('AQID')), file('a.pdf', '%PDF'), file('b.json', '{}')], sha256)
  expect(good.files.map(({ name }) => name)).toEqual(['log.json', 'log.json.p7s', 'a.pdf', 'b.json'])
  expect(await good.files[0]?.blob.text()).toBe(payload)
  expect(new Uint8Array((await good.files[1]?.blob.arrayBuffer()) ?? [])).toEqual(Uint8Array.of(1, 2, 3))
  expect(good.logs).toMatchObject([{ name: 'log.json', sealed: true, problem: null, events: [{}, {}] }])
  const unsigned = await unsealLogs([file('log.json', sealed(null))], sha256)
  expect(unsigned.logs).toMatchObject([{ sealed: false, problem: null }])
  const changed = await unsealLogs([file('log.json', sealed(null, payload.replace('opened', 'shown')))], sha256)
  expect(changed.logs).toMatchObject([{ problem: { at: 0, problem: 'changed' }, events: [] }])
  for (const other of [
    '{"version":1',
    '{"version":1,"payload":7}',
    '{"version":2,"payload":"[]"}',
    '[]',
    '',
    sealed('!'),
  ])
    expect((await unsealLogs([file('x.json', other)], sha256)).logs, other).toEqual([])
})
