// Envelopes in a record: sent to its contacts, and told in its timeline from what the files themselves say.
import type { EnvelopePerson, EnvelopeProposal, EnvelopeSummary } from '../../host-sdk/index.ts'
import type { Portal } from './portal.ts'
import type { CrmRecord } from './record.ts'
import { note, notesOf, notifyResponsible } from './timeline.ts'
import type { Words } from './words.ts'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** Contacts of one record that are proposed; whoever prepares the envelope takes out the others. */
const MOST_CONTACTS = 10

/** The people of the record: its contacts, each with all its addresses and the record's company, and who is signed in as the visa. */
export async function proposalOf(portal: Portal, { entityTypeId, id }: CrmRecord): Promise<EnvelopeProposal> {
  const answer = await portal.call('crm.item.get', { entityTypeId, id }).catch(() => null)
  const item = isRecord(answer) && isRecord(answer['item']) ? answer['item'] : {}
  const company = await titleOf(portal, Number(item['companyId']))
  const ids = Array.isArray(item['contactIds']) ? item['contactIds'].map(Number) : []
  const people: EnvelopePerson[] = []
  for (const contact of ids.slice(0, MOST_CONTACTS)) {
    const found = await portal.call('crm.contact.get', { id: contact }).catch(() => null)
    const person = isRecord(found) ? personOf(found, company) : null
    if (person) people.push(person)
  }
  const title = textOf(item['title'])
  return { ...(title ? { title } : {}), people }
}

async function titleOf(portal: Portal, id: number): Promise<string> {
  if (!(id > 0)) return ''
  const found = await portal.call('crm.company.get', { id }).catch(() => null)
  return isRecord(found) ? textOf(found['TITLE']) : ''
}

/** As `crm.contact.get` answers: addresses are a list, each with its VALUE. */
export function personOf(contact: Record<string, unknown>, company: string): EnvelopePerson | null {
  const name = [contact['NAME'], contact['SECOND_NAME'], contact['LAST_NAME']].map(textOf).filter(Boolean).join(' ')
  if (!name) return null
  const listed = Array.isArray(contact['EMAIL']) ? contact['EMAIL'] : []
  const emails = listed.flatMap((one: unknown) => (isRecord(one) ? [textOf(one['VALUE'])] : [])).filter(Boolean)
  return { name, emails, ...(company ? { company } : {}) }
}

/** Names a step in a note, so that it is told once whoever looks, from whatever computer. */
export const markOf = (envelope: string, key: string): string => `№ ${envelope}/${key}`

/**
 * Writes the steps that the timeline has not told yet. The notes themselves are the memory: each ends with the mark of its step.
 *
 * @returns how many were written
 */
export async function tell(
  portal: Portal,
  record: CrmRecord,
  summaries: readonly EnvelopeSummary[],
  words: Words,
): Promise<number> {
  if (summaries.length === 0) return 0
  const known = (await notesOf(portal, record)).join('\n')
  const written = new Set<string>()
  for (const { id, title, steps } of summaries) {
    for (const { key, kind, role, actor, detail, reached } of steps) {
      const mark = markOf(id, key)
      if (written.has(mark) || known.includes(mark)) continue
      written.add(mark)
      const what = role === 'visa' && kind === 'signed' ? words.steps.visa : words.steps[kind]
      await note(portal, record, `${title}: ${what} ${actor}`, [detail, mark].filter(Boolean).join('\n'))
      if (kind === 'declined') await notifyResponsible(portal, record, `${title}: ${what} ${actor}`)
      for (const each of reached) {
        await note(portal, record, `${title}: ${words.steps[each]}`, mark)
        await notifyResponsible(portal, record, `${title}: ${words.steps[each]}`)
      }
    }
  }
  return written.size
}

/** Of several copies of one envelope the longest continues the others; true for those that it leaves behind. */
export function isEarlier(one: EnvelopeSummary, all: readonly EnvelopeSummary[]): boolean {
  return all.some(({ id, size }) => id === one.id && size > one.size)
}

export function standingOf({ status, people, turn }: EnvelopeSummary, words: Words): string {
  if (status !== 'running') return words.standing[status]
  const names = people.filter(({ id }) => turn.includes(id)).map(({ name }) => name)
  return `${words.waitsFor} ${names.join(', ')}`
}
