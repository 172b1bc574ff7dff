// Envelopes in a record: sent to its contacts, and told in its timeline from what the files themselves say.
import type { EnvelopePerson, EnvelopeProposal, EnvelopeSummary } from '../../host-sdk/index.ts'
import type { Portal } from './portal.ts'
import type { CrmRecord } from './record.ts'
import { note, notesOf, notifyResponsible, removeNote, type Note } from './timeline.ts'
import type { Words } from './words.ts'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')

/** Contacts of one record that are proposed; whoever prepares the envelope takes out the others. */
const MOST_CONTACTS = 10

/** Who looks at the record: `profile` needs no scope. */
export type PortalUser = Readonly<{ id: string; name: string }>

export async function userOf(portal: Portal): Promise<PortalUser | null> {
  const answer = await portal.call('profile').catch(() => null)
  const found = isRecord(answer) ? answer : {}
  const name = [found['NAME'], found['LAST_NAME']].map(textOf).filter(Boolean).join(' ')
  const id = typeof found['ID'] === 'number' ? String(found['ID']) : textOf(found['ID'])
  return id && name ? { id, name } : null
}

/** The people of the record: its contacts, each with all its addresses and the record's company, and whoever sends it as the visa. */
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
  const user = await userOf(portal)
  if (user) people.push({ name: user.name, role: 'visa' })
  const title = textOf(item['title'])
  // The file travels by e-mail, and the record knows nothing of what would travel beside it.
  return { ...(title ? { title } : {}), ...(user ? { preparer: { name: user.name } } : {}), people, oneFile: true }
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
const markOf = (envelope: string, key: string): string => `№ ${envelope}/${key}`

/** The same step as the tag of a notification. */
const tagOf = (mark: string): string => `countersign ${mark.replace('№ ', '')}`

/** Only the last line is ours: what stands above it may be a stranger's reason. */
const markIn = ({ text }: Note): string | null => /(?:^|\n)(№ [^\n]+)$/.exec(text)?.[1] ?? null

/** `loud`: whoever is responsible is notified as well. */
type Entry = Readonly<{ mark: string; title: string; detail: string; loud: boolean }>

/** What the copies say, each step once: copies of one envelope share their beginning. */
function entriesOf(summaries: readonly EnvelopeSummary[], words: Words): readonly Entry[] {
  const found = new Map<string, Entry>()
  for (const { id, title, steps } of summaries) {
    for (const { key, kind, role, actor, detail, reached } of steps) {
      const what = role === 'visa' && kind === 'signed' ? words.steps.visa : words.steps[kind]
      const told = [
        { key, title: `${title}: ${what} ${actor}`.trimEnd(), detail: detail ?? '', loud: kind === 'declined' },
        ...reached.map((each) => ({
          key: `${each}:${key}`,
          title: `${title}: ${words.steps[each]}`,
          detail: '',
          loud: true,
        })),
      ]
      for (const one of told) {
        const mark = markOf(id, one.key)
        if (!found.has(mark)) found.set(mark, { ...one, mark })
      }
    }
  }
  return [...found.values()]
}

/**
 * Writes what the timeline has not told yet. The notes themselves are the memory: each ends with the mark of its step. Where two
 * managers look at the same moment both write, and whoever then sees a step told twice takes the later note away.
 *
 * @returns how many were written and stayed
 */
async function write(portal: Portal, record: CrmRecord, entries: readonly Entry[]): Promise<number> {
  if (entries.length === 0) return 0
  const known = new Set((await notesOf(portal, record)).map(markIn))
  const own = entries.filter(({ mark }) => !known.has(mark))
  if (own.length === 0) return 0
  for (const { mark, title, detail, loud } of own) {
    // Before the note, which is the memory that it was told: a page closed in between tells it again, and by its tag the portal keeps one.
    if (loud) await notifyResponsible(portal, record, title, tagOf(mark))
    await note(portal, record, title, [detail, mark].filter(Boolean).join('\n'))
  }
  const notes = await notesOf(portal, record)
  let stayed = 0
  for (const { mark } of own) {
    const [first, ...twice] = notes.filter((one) => markIn(one) === mark).toSorted((a, b) => a.id - b.id)
    for (const one of twice) await removeNote(portal, one)
    if (first) stayed++
  }
  return stayed
}

/** @returns how many lines are new in the timeline */
export const tell = (
  portal: Portal,
  record: CrmRecord,
  summaries: readonly EnvelopeSummary[],
  words: Words,
): Promise<number> => write(portal, record, entriesOf(summaries, words))

/** Somebody opened the envelope from the record: said once of each person and each state of the file. */
export async function tellViewed(
  portal: Portal,
  record: CrmRecord,
  { id, title, sha256 }: EnvelopeSummary,
  words: Words,
): Promise<void> {
  const user = await userOf(portal)
  if (!user) return
  const mark = markOf(id, `viewed:${user.id}:${sha256}`)
  await write(portal, record, [{ mark, title: `${title}: ${words.viewed} ${user.name}`, detail: '', loud: false }])
}

/** Where a copy stands among all that lie in the record. */
export type CopyPlace = 'current' | 'earlier' | 'diverged'

/**
 * A later round leaves the earlier ones behind, however long their files are; in one round the copy that continues another one
 * leaves it behind, and two that went on from the same beginning have diverged.
 */
export function placeOf(one: EnvelopeSummary, all: readonly EnvelopeSummary[]): CopyPlace {
  const others = all.filter(({ id, sha256 }) => id === one.id && sha256 !== one.sha256)
  if (others.some((other) => other.round > one.round || (other.round === one.round && continues(other, one))))
    return 'earlier'
  const beside = others.some((other) => other.round === one.round && !continues(one, other))
  return beside ? 'diverged' : 'current'
}

/** The key of a step holds the digest of the file up to it. */
const continues = (longer: EnvelopeSummary, shorter: EnvelopeSummary): boolean =>
  longer.steps.length > shorter.steps.length && shorter.steps.every(({ key }, at) => longer.steps[at]?.key === key)

export function standingOf({ status, people, turn }: EnvelopeSummary, words: Words): string {
  if (status !== 'running') return words.standing[status]
  const names = people.filter(({ id }) => turn.includes(id)).map(({ name }) => name)
  return `${words.waitsFor} ${names.join(', ')}`
}
