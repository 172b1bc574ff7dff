import { describe, expect, test } from 'vitest'
import type { EnvelopeSummary } from '../../host-sdk/index.ts'
import { placeOf, proposalOf, tell, tellViewed } from './envelopes.ts'
import type { Portal } from './portal.ts'
import { wordsOf } from './words.ts'

type Row = { id: number; title: string; text: string }

/** The methods of a portal that envelopes use, over one record: several pages may look at it. */
class FakeRecord {
  rows: Row[] = []
  told: string[] = []
  /** How often anybody was told, whatever became of it. */
  calls = 0
  #tags = new Map<string, string>()
  #id = 0

  portal(user = '1', afterList: () => void = () => undefined): Portal {
    const call = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> => {
      switch (method) {
        case 'crm.timeline.logmessage.list': {
          const start = Number(params['start'])
          const page = this.rows.toReversed().slice(start, start + 10)
          afterList()
          return page
        }
        case 'crm.timeline.logmessage.add': {
          const { title, text } = params['fields'] as Row
          this.rows.push({ id: ++this.#id, title, text })
          return { logMessage: { id: this.#id } }
        }
        case 'crm.timeline.logmessage.delete':
          this.rows = this.rows.filter(({ id }) => id !== params['id'])
          return true
        case 'crm.item.get':
          return { item: { title: 'Refit', assignedById: 1, contactIds: [3, 4], companyId: 5 } }
        case 'crm.company.get':
          return { TITLE: 'Client Ltd' }
        case 'crm.contact.get':
          return params['id'] === 3 ? { NAME: 'Ann', LAST_NAME: 'Lee', EMAIL: [{ VALUE: 'a@x.example' }] } : null
        case 'im.notify.personal.add':
          return this.#notify(String(params['MESSAGE']), params['TAG'])
        case 'profile':
          return { ID: user, NAME: 'Olena', LAST_NAME: `Office ${user}` }
        default:
          throw new Error(method)
      }
    }
    return { call } as unknown as Portal
  }

  /** Of those with the same tag the last one stays. */
  #notify(message: string, tag: unknown): number {
    const before = typeof tag === 'string' ? this.#tags.get(tag) : undefined
    if (before !== undefined) this.told.splice(this.told.indexOf(before), 1)
    if (typeof tag === 'string') this.#tags.set(tag, message)
    this.told.push(message)
    return ++this.calls
  }

  get titles(): string[] {
    return this.rows.map(({ title }) => title)
  }
}

const RECORD = { entityTypeId: 2, id: 7 }
const WORDS = wordsOf('en')
type Step = EnvelopeSummary['steps'][number]

const step = (key: string, over: Partial<Step> = {}): Step => ({
  key,
  kind: 'signed',
  role: 'signer',
  actor: 'Ann',
  time: null,
  timeProven: false,
  detail: null,
  reached: [],
  ...over,
})

const SENT = step('prepared:0', { kind: 'prepared', role: null, actor: 'Olena' })

const summary = (sha256: string, steps: readonly Step[], over: Partial<EnvelopeSummary> = {}): EnvelopeSummary => ({
  id: 'e1',
  round: 1,
  title: 'Contract',
  status: 'running',
  deadline: null,
  documents: [],
  people: [],
  turn: [],
  steps,
  notices: [],
  problems: [],
  size: steps.length * 1000,
  sha256,
  ...over,
})

describe('what the timeline is told', () => {
  const ALL = summary('c', [
    SENT,
    step('declined:1', { kind: 'declined', actor: 'Bob', detail: 'the price' }),
    step('signed:2', { reached: ['all-signed'] }),
    step('signed:3', { role: 'visa', actor: 'Olena', reached: ['complete'] }),
  ])
  const TITLES = [
    'Contract: sent for signature by Olena',
    'Contract: declined by Bob',
    'Contract: signed by Ann',
    'Contract: all have signed',
    'Contract: visa given by Olena',
    'Contract: complete',
  ]

  test('each step once, in the order of the file, whoever looks and however many copies lie there', async () => {
    const record = new FakeRecord()
    const copies = [summary('a', ALL.steps.slice(0, 1)), ALL, summary('b', ALL.steps.slice(0, 3))]
    expect(await tell(record.portal(), RECORD, copies, WORDS)).toBe(6)
    expect(await tell(record.portal('2'), RECORD, copies, WORDS)).toBe(0)
    expect(record.titles).toEqual(TITLES)
    expect(record.told).toEqual([TITLES[1], TITLES[3], TITLES[5]])
    expect(record.rows[1]?.text).toBe('the price\n№ e1/declined:1')
  })

  test('a page that is closed after any of its calls: the next one who looks completes both timeline and notifications', async () => {
    for (let last = 0; ; last++) {
      const record = new FakeRecord()
      const portal = record.portal()
      let left = last
      const closing = {
        call: (...asked: Parameters<Portal['call']>) =>
          left-- > 0 ? portal.call(...asked) : Promise.reject(new Error('closed')),
      } as unknown as Portal
      await tell(closing, RECORD, [ALL], WORDS).catch(() => 0)
      await tell(record.portal('2'), RECORD, [ALL], WORDS)
      expect(record.titles.toSorted()).toEqual(TITLES.toSorted())
      expect(record.told).toHaveLength(3)
      expect(new Set(record.told)).toEqual(new Set([TITLES[1], TITLES[3], TITLES[5]]))
      if (left > 0) break
    }
  })

  test('more notes than a page of ten are still known', async () => {
    const record = new FakeRecord()
    const steps = Array.from({ length: 25 }, (_, at) => step(`signed:${at}`, { actor: `P${at}` }))
    await tell(record.portal(), RECORD, [summary('z', steps)], WORDS)
    expect(await tell(record.portal(), RECORD, [summary('z', steps)], WORDS)).toBe(0)
    expect(record.rows).toHaveLength(25)
  })

  test('a reason cannot pass itself off as a step that was told', async () => {
    const record = new FakeRecord()
    const detail = 'no\n№ e1/signed:2\n№ e1/complete:signed:3'
    await tell(record.portal(), RECORD, [summary('a', [step('declined:1', { kind: 'declined', detail })])], WORDS)
    expect(await tell(record.portal(), RECORD, [ALL], WORDS)).toBe(5)
  })

  test('two managers who look at the same moment: each step stays once, also where the responsible person is told', async () => {
    const record = new FakeRecord()
    const second: Promise<unknown>[] = []
    // The second reads the timeline right after the first did, before the first wrote.
    const first = record.portal('1', () => {
      if (second.length === 0) second.push(tell(record.portal('2'), RECORD, [ALL], WORDS))
    })
    await tell(first, RECORD, [ALL], WORDS)
    await Promise.all(second)
    expect(record.titles.toSorted()).toEqual(TITLES.toSorted())
    // Both told whoever is responsible; of each step he has one.
    expect(record.calls).toBe(6)
    expect(record.told).toHaveLength(3)
    expect(new Set(record.told)).toEqual(new Set([TITLES[1], TITLES[3], TITLES[5]]))
  })

  test('opened: once for each person and each state of the file', async () => {
    const record = new FakeRecord()
    for (const user of ['1', '1', '2']) await tellViewed(record.portal(user), RECORD, ALL, WORDS)
    await tellViewed(record.portal('1'), RECORD, { ...ALL, sha256: 'd' }, WORDS)
    expect(record.titles).toEqual([
      'Contract: opened by Olena Office 1',
      'Contract: opened by Olena Office 2',
      'Contract: opened by Olena Office 1',
    ])
  })
})

describe('where a copy stands among the others', () => {
  const one = summary('a', [SENT])
  const two = summary('b', [SENT, step('signed:1')])
  const other = summary('c', [SENT, step('signed:2', { actor: 'Bob' })])

  test('what is continued is an earlier copy, whatever lies beside it', () => {
    const stranger = summary('x', [SENT, step('signed:9'), step('signed:10')], { id: 'e2' })
    expect([one, two, stranger].map((copy) => placeOf(copy, [one, two, stranger]))).toEqual([
      'earlier',
      'current',
      'current',
    ])
  })

  test('a new round leaves a longer file behind', () => {
    const declined = summary('d', [SENT, step('signed:1'), step('declined:2', { kind: 'declined' })])
    const round = summary('r', [SENT, step('round:3', { kind: 'round' })], { round: 2 })
    expect([declined, round].map((copy) => placeOf(copy, [declined, round]))).toEqual(['earlier', 'current'])
  })

  test('two that went on from one beginning have diverged; the same file twice has not', () => {
    expect([one, two, other].map((copy) => placeOf(copy, [one, two, other]))).toEqual([
      'earlier',
      'diverged',
      'diverged',
    ])
    expect(placeOf(two, [two, { ...two }])).toBe('current')
  })
})

test('the people of the record are proposed, and whoever sends it as the visa', async () => {
  expect(await proposalOf(new FakeRecord().portal(), RECORD)).toEqual({
    title: 'Refit',
    preparer: { name: 'Olena Office 1' },
    people: [
      { name: 'Ann Lee', emails: ['a@x.example'], company: 'Client Ltd' },
      { name: 'Olena Office 1', role: 'visa' },
    ],
    oneFile: true,
  })
})
