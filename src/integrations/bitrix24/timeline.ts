import type { Portal } from './portal.ts'
import type { CrmRecord } from './record.ts'

/** A line that this app wrote into the timeline. */
export type Note = Readonly<{ id: number; text: string }>

/** A line in the timeline of the record, for everybody who works on it. @returns whether the portal took it */
export function note(portal: Portal, record: CrmRecord, title: string, text = ''): Promise<boolean> {
  const { entityTypeId, id: entityId } = record
  const fields = { entityTypeId, entityId, title, text, iconCode: 'info' }
  return portal.call('crm.timeline.logmessage.add', { fields }).then(
    () => true,
    () => false,
  )
}

/** Another manager's page may have done so already: then nothing is left to do. */
export const removeNote = (portal: Portal, { id }: Note): Promise<unknown> =>
  portal.call('crm.timeline.logmessage.delete', { id }).catch(() => null)

/**
 * Tells whoever is responsible for the record, in the portal's own notifications.
 *
 * @param tag names what it tells: of several with the same tag the portal keeps the last @returns whether anybody was told
 */
export async function notifyResponsible(
  portal: Portal,
  record: CrmRecord,
  message: string,
  tag?: string,
): Promise<boolean> {
  try {
    const answer = await portal.call('crm.item.get', { entityTypeId: record.entityTypeId, id: record.id })
    const USER_ID = (answer as { item?: { assignedById?: unknown } } | null)?.item?.assignedById
    if (!USER_ID) return false
    await portal.call('im.notify.personal.add', { USER_ID, MESSAGE: message, ...(tag ? { TAG: tag } : {}) })
    return true
  } catch {
    return false
  }
}

const PAGE = 10
const MOST_PAGES = 50

/** What this app wrote into the timeline, newest first; the portal gives ten at a time. */
export async function notesOf(portal: Portal, record: CrmRecord): Promise<readonly Note[]> {
  const { entityTypeId, id: entityId } = record
  const found: Note[] = []
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await portal.call('crm.timeline.logmessage.list', { entityTypeId, entityId, start: page * PAGE })
    const inside = (answer as { logMessages?: unknown } | null)?.logMessages ?? answer
    const notes: readonly unknown[] = Array.isArray(inside) ? inside : []
    for (const one of notes) {
      const { id, text } = (one ?? {}) as { id?: unknown; text?: unknown }
      if (typeof text === 'string') found.push({ id: Number(id), text })
    }
    if (notes.length < PAGE) break
  }
  return found
}
