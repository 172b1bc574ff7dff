import { expect, test } from 'vitest'
import type { RecordShelf } from './record-shelf.ts'
import { createStandingGrants, type StandingGrant } from './standing-grants.ts'

const key = { provider: 'browser', id: 'k1' }
const origin = 'https://crm.example'
const use = (documents = 1) => ({
  requestId: 'r',
  documents: Array.from({ length: documents }, (_, at) => ({ name: `${at}.pdf`, sha256: '00' })),
})

function setUp() {
  const records = new Map<string, StandingGrant>()
  const shelf: RecordShelf<StandingGrant> = {
    all: async () => [...records.values()],
    get: async (id) => records.get(id) ?? null,
    async change(id, change) {
      const next = change(records.get(id) ?? null)
      if (next) records.set(id, next)
      else records.delete(id)
      return next
    },
    onChange: () => () => undefined,
  }
  let time = Date.UTC(2026, 10, 25)
  const clock = { now: () => new Date(time) }
  const grants = createStandingGrants({ shelf, clock, origins: [origin] })
  return { grants, pass: (days: number) => (time += days * 86_400_000) }
}

const refusal = (reason: string, left = 0) => ({ code: 'UNATTENDED_NOT_GRANTED', details: { reason, left } })

test('a permission is of one key, one site, so many documents, until a day', async () => {
  const { grants, pass } = setUp()
  await expect(grants.take('k1', origin, use())).rejects.toMatchObject(refusal('none'))
  const { id } = await grants.grant(key, { origin, days: 2, documents: 3 })
  await expect(grants.take('k2', origin, use())).rejects.toMatchObject(refusal('none'))
  await expect(grants.take('k1', 'https://other.example', use())).rejects.toMatchObject(refusal('none'))
  expect(await grants.take('k1', origin, use(2))).toMatchObject({ id, used: 2, limit: 3 })
  await expect(grants.take('k1', origin, use(2)), 'all of an act or nothing').rejects.toMatchObject(
    refusal('used-up', 1),
  )
  pass(2)
  await expect(grants.take('k1', origin, use())).rejects.toMatchObject(refusal('expired', 1))
})

test('each use is written down, the last ones first', async () => {
  const { grants, pass } = setUp()
  await grants.grant(key, { origin, days: 9, documents: 9 })
  await grants.take('k1', origin, { ...use(), requestId: 'first' })
  pass(1)
  await grants.take('k1', origin, { ...use(2), requestId: 'second' })
  const [grant] = await grants.list()
  expect(grant?.uses.map(({ requestId, at, documents }) => [requestId, at.getUTCDate(), documents.length])).toEqual([
    ['second', 26, 2],
    ['first', 25, 1],
  ])
})

test('revoked is revoked, and another permission still counts', async () => {
  const { grants } = setUp()
  const { id } = await grants.grant(key, { origin, days: 1, documents: 1 })
  await grants.revoke(id)
  await expect(grants.take('k1', origin, use())).rejects.toMatchObject(refusal('revoked', 1))
  const second = await grants.grant(key, { origin, days: 1, documents: 1 })
  expect((await grants.take('k1', origin, use())).id).toBe(second.id)
  await expect(grants.take('k1', origin, use())).rejects.toMatchObject({ code: 'UNATTENDED_NOT_GRANTED' })
  await grants.remove(id)
  expect(await grants.list()).toHaveLength(1)
})

test("bounds, and sites that config.json does not name, are a caller's mistake", async () => {
  const { grants } = setUp()
  for (const [where, terms] of [
    [key, { origin: 'https://other.example', days: 1, documents: 1 }],
    [key, { origin, days: 0, documents: 1 }],
    [key, { origin, days: 367, documents: 1 }],
    [key, { origin, days: 1, documents: 10_001 }],
    [key, { origin, days: 1, documents: 1.5 }],
    [
      { provider: 'fortify', id: 'k1' },
      { origin, days: 1, documents: 1 },
    ],
  ] as const)
    await expect(grants.grant(where, terms)).rejects.toThrow(RangeError)
})
