import { describe, expect, test } from 'vitest'
import { manifestOf, signatory, signs } from '../../../core/envelope/fixtures.contract.ts'
import { envelopeState } from '../../../core/envelope/state.ts'
import type { EnvelopeEvent } from '../../../core/envelope/state.ts'
import { compareCopies } from '../../../core/envelope/view.ts'
import type { EnvelopeStep, EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import type { SignatureReport } from '../../../core/validation/report.ts'
import { english } from '../../i18n/en/index.ts'
import { createI18n } from '../../i18n/i18n.ts'
import { csvOf, rowsOf, sortedRows } from './dashboard-rows.ts'
import type { OpenedFile } from './dashboard-rows.ts'

const i18n = createI18n('en', english, { timeZone: 'UTC' })
const NOW = new Date('2026-03-02T12:00:00Z')

const step = (sha256: string, actor: string): EnvelopeStep => ({
  key: sha256,
  revision: 0,
  kind: 'signed',
  signatory: null,
  actor,
  time: null,
  timeProven: false,
  detail: null,
  reached: [],
  size: 1,
  sha256,
})

type Wanted = Readonly<{
  title: string
  id?: string
  deadline?: string
  events?: readonly EnvelopeEvent[]
  steps?: readonly string[]
  enclosed?: EnvelopeView['enclosed']
  cover?: EnvelopeView['cover']
}>

/** A real manifest and a real state; only what a verifier would add is not there. */
function envelope({
  title,
  id,
  deadline,
  events = [],
  steps = ['a'],
  enclosed = [],
  cover = null,
}: Wanted): OpenedFile {
  const base = manifestOf([signatory(1), signatory(2)], [['s1'], ['s2']])
  const manifest = { ...base, title, ...(id ? { id } : {}), ...(deadline ? { deadline } : {}) }
  const state = envelopeState(manifest, events, NOW)
  const view: EnvelopeView = {
    name: `${title}.pdf`,
    size: 1,
    sha256: steps.at(-1) ?? '',
    manifest,
    state,
    preparer: {} as SignatureReport,
    signatories: manifest.signatories.map((one): SignatoryView => ({
      signatory: one,
      state: state.signatories[one.id]!,
      fields: [],
      name: one.name,
      company: null,
      given: null,
      signature: null,
      simple: null,
      record: null,
      recordHolds: null,
    })),
    steps: steps.map((sha256) => step(sha256, 'X')),
    revisions: [],
    enclosed,
    cover,
    report: {} as EnvelopeView['report'],
  }
  return { file: { name: view.name, blob: new Blob() }, entry: { name: view.name, view } }
}

const rows = (files: readonly OpenedFile[], now = NOW) => rowsOf(i18n, files, now, compareCopies)
const other = 'f'.repeat(32)

describe('the rows of the dashboard', () => {
  test('who has signed, whose turn it is, and what comes next', () => {
    const [fresh, half] = rows([
      envelope({ title: 'A' }),
      envelope({ title: 'B', id: other, events: [signs(1, 1, 1)] }),
    ])
    expect(fresh).toMatchObject({ done: 0, total: 2, next: 'Wait', overdue: false })
    expect(half).toMatchObject({ done: 1, total: 2, status: 'Under way' })
    expect([fresh?.waitingFor, half?.waitingFor]).toEqual(['Person 1', 'Person 2'])
  })

  test('when nothing has happened for days, somebody is to be reminded', () => {
    const files = [envelope({ title: 'A', events: [signs(1, 1, 1)] })]
    expect(rows(files)[0]?.next).toBe('Wait')
    expect(rows(files, new Date('2026-03-06T12:00:00Z'))[0]?.next).toBe('Remind')
  })

  test('a cover sheet that says something else is the first thing to know of it', () => {
    const [false_, open] = rows([
      envelope({ title: 'A', cover: 'differs' }),
      envelope({ title: 'B', id: other, cover: 'unknown' }),
    ])
    expect(false_?.status).toBe('The cover sheet says something else than what was sealed')
    expect(open?.status).toBe('Under way')
  })

  test('one past its time is overdue', () => {
    const [late] = rows([envelope({ title: 'A', deadline: '2026-03-02T00:00:00Z' })])
    expect(late).toMatchObject({ overdue: true, status: 'Too late', next: 'Start anew' })
  })

  test('copies that diverged point at each other, an older one is to be put away', () => {
    const files = [
      envelope({ title: 'A', steps: ['a', 'b'] }),
      envelope({ title: 'A', steps: ['a', 'c'] }),
      envelope({ title: 'C', id: other, steps: ['x'] }),
      envelope({ title: 'C', id: other, steps: ['x', 'y'] }),
    ]
    const found = rows(files)
    expect(found.map((row) => [row.copy, row.other])).toEqual([
      ['diverged', 1],
      ['diverged', 0],
      ['older', 3],
      [null, null],
    ])
    expect(found[0]?.next).toBe('Compare the two copies')
  })

  test('a file that could not be read says why, and sorts last whichever way', () => {
    const unread: OpenedFile = {
      file: { name: 'x.pdf', blob: new Blob() },
      entry: { name: 'x.pdf', code: 'ENVELOPE_MANIFEST_MISSING', message: '' },
    }
    const files = [unread, envelope({ title: 'A', deadline: '2027-01-01T00:00:00Z' })]
    for (const descending of [false, true]) {
      const sorted = sortedRows(rows(files), { column: 'deadline', descending }, 'en')
      expect(sorted.at(-1)?.status).toBe('This document is not an envelope.')
    }
  })

  test('they sort by numbers in names as people do', () => {
    const files = ['Contract 10', 'Contract 9'].map((title, at) => envelope({ title, id: String(at).repeat(32) }))
    const sorted = sortedRows(rows(files), { column: 'title', descending: false }, 'en')
    expect(sorted.map(({ title }) => title)).toEqual(['Contract 9', 'Contract 10'])
  })
})

test('documents that are enclosed are named, and whether each was checked', () => {
  const one = { mediaType: 'application/pdf', size: 1, sha256: '', start: null }
  const enclosed = [
    { ...one, name: 'a.pdf', attached: true, state: 'attached' as const },
    { ...one, name: 'b.docx', attached: false, state: 'missing' as const },
  ]
  const found = rows([envelope({ title: 'A', enclosed })])
  expect(found[0]?.documents).toBe('a.pdf (Checked, attached); b.docx (Not at hand)')
  expect(csvOf(i18n, found)).toContain('"a.pdf (Checked, attached); b.docx (Not at hand)"')
})

test('the CSV quotes what must be, and lets no title become a formula', () => {
  const csv = csvOf(i18n, rows([envelope({ title: '=HYPERLINK("http://x")' }), envelope({ title: 'a,b', id: other })]))
  const lines = csv.split('\r\n')
  expect(csv.startsWith('\uFEFFFile,Document,')).toBe(true)
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"")"`)
  expect(lines[2]).toContain('"a,b"')
  expect(lines).toHaveLength(4)
})

test.each([
  ['=1+1', `"'=1+1"`],
  [' =1+1', `" '=1+1"`],
  ['+1', `"'+1"`],
  ['-1', `"'-1"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['\uFF1D1+1', `"'\uFF1D1+1"`],
  ['x;=1+1', `"x;'=1+1"`],
  ['x,=1+1', `"x,'=1+1"`],
  ['x\t=1+1', `"x\t'=1+1"`],
  ['x\n@A1', `"x\n'@A1"`],
  ['A-1 = B@C', 'A-1 = B@C'],
])('a title %j is written %j', (title, written) => {
  expect(csvOf(i18n, rows([envelope({ title })]))).toContain(`,${written},`)
})
