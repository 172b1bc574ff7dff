import { CountersignError, type LoadedDocument, type SavedDocument } from '../../host-sdk/index.ts'
import type { CrmRecord } from './record.ts'

type Call = (method: string, params?: Record<string, unknown>) => Promise<unknown>

export type FileField = Readonly<{ name: string; title: string; isMultiple: boolean }>
/** `id` is `field:fileId`. */
export type ItemFile = Readonly<{ id: string; field: string; fieldTitle: string; fileId: number; name: string }>

type StoredFile = Readonly<{ id: number; urlMachine: string }>

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Files of one CRM record: read, and signed copies written so that nothing that is there is lost. */
export type ItemFiles = Readonly<{
  fields: () => Promise<readonly FileField[]>
  list: () => Promise<readonly ItemFile[]>
  read: (id: string) => Promise<LoadedDocument>
  /**
   * @param target field for signed copies
   * @throws CountersignError `HOST_CONFLICT` when the field changed since the document was read, or would lose a file
   */
  write: (id: string, target: string, document: SavedDocument, ifVersion: string) => Promise<{ version: string }>
  /** What `write` compares with, for a document whose bytes came otherwise than by `read`. */
  version: () => Promise<string>
}>

const READS = 2
const WRITES = 3
/** ms after which a writer who had read before us has written. */
const SETTLE = 1500

export function itemFiles(
  call: Call,
  record: CrmRecord,
  fetchBlob: (url: string) => Promise<Blob>,
  settle = SETTLE,
): ItemFiles {
  const { entityTypeId, id: itemId } = record

  const fields = async (): Promise<readonly FileField[]> => {
    const answer = await call('crm.item.fields', { entityTypeId })
    const all = isRecord(answer) && isRecord(answer['fields']) ? answer['fields'] : {}
    return Object.entries(all).flatMap(([name, field]) =>
      isRecord(field) && field['type'] === 'file'
        ? [{ name, title: text(field['title'], name), isMultiple: field['isMultiple'] === true }]
        : [],
    )
  }
  const item = async (): Promise<Record<string, unknown>> => {
    const answer = await call('crm.item.get', { entityTypeId, id: itemId })
    if (!isRecord(answer) || !isRecord(answer['item'])) throw new CountersignError('HOST_LOAD_FAILED', 'no such record')
    return answer['item']
  }
  const find = (from: Record<string, unknown>, id: string): StoredFile => {
    const [field = '', fileId] = id.split(':')
    const found = filesIn(from[field]).find((file) => file.id === Number(fileId))
    if (!found) throw new CountersignError('HOST_CONFLICT', 'the document is no longer there')
    return found
  }
  return {
    fields,
    async list() {
      const [known, current] = [await fields(), await item()]
      return known.flatMap(({ name, title }) =>
        filesIn(current[name]).map((file) => ({
          id: `${name}:${file.id}`,
          field: name,
          fieldTitle: title,
          fileId: file.id,
          name: nameOf(file) ?? `${title} ${file.id}`,
        })),
      )
    },
    async read(id) {
      // The address carries a token of its own, which may have run out since the page was opened: it is always asked for anew.
      for (let tries = 1; ; tries++) {
        const current = await item()
        const { urlMachine } = find(current, id)
        try {
          return { blob: await fetchBlob(urlMachine), version: versionOf(current) }
        } catch (error) {
          if (tries === READS) throw error
        }
      }
    },
    async version() {
      return versionOf(await item())
    },
    async write(id, target, document, ifVersion) {
      const before = await item()
      const known = (await fields()).find(({ name }) => name === target)
      if (!known) throw new CountersignError('HOST_SAVE_FAILED', `no file field ${target}`)
      const there = filesIn(before[target])
      if (idsOf(there) !== fieldVersion(ifVersion, target)) {
        throw new CountersignError('HOST_CONFLICT', 'somebody wrote to the field meanwhile', { field: target })
      }
      // A single field holds one file: it may be replaced only by the same document with one more signature in it.
      const replaces = there.length === 1 && `${target}:${there[0]?.id}` === id
      if (!known.isMultiple && there.length > 0 && !replaces) {
        throw new CountersignError('HOST_CONFLICT', 'the field holds another file', { field: target })
      }
      const added: readonly [string, string] = [document.name, await base64(document.blob)]
      if (!known.isMultiple) {
        await update(target, added)
        const after = await item()
        if (filesIn(after[target]).length === 1) return { version: versionOf(after) }
        throw new CountersignError('HOST_SAVE_FAILED', 'the field does not hold what was written', { field: target })
      }
      return { version: versionOf(await addTo(target, added, there)) }
    },
  }

  /** @returns what the field holds right after, by the word of the update itself */
  async function update(target: string, value: unknown): Promise<unknown> {
    const answer = await call('crm.item.update', { entityTypeId, id: itemId, fields: { [target]: value } })
    const updated = isRecord(answer) && isRecord(answer['item']) ? answer['item'] : await item()
    return updated[target]
  }

  /**
   * Adds a file to a multiple field. The interface has no conditional write, and what a writer does not send again is deleted: so
   * another writer who read before us may delete ours. We look again after a while, and add it anew to what is there then.
   */
  async function addTo(
    target: string,
    added: readonly [string, string],
    there: readonly StoredFile[],
  ): Promise<Record<string, unknown>> {
    let kept = there
    for (let tries = 1; tries <= WRITES; tries++) {
      const now = filesIn(await update(target, [...kept.map((file) => ({ id: file.id })), added]))
      if (kept.some(({ id }) => !now.some((file) => file.id === id))) {
        throw new CountersignError('HOST_SAVE_FAILED', 'the portal dropped a file that was sent again', {
          field: target,
        })
      }
      const ours = now.filter(({ id }) => !kept.some((file) => file.id === id))
      await wait(settle)
      const after = await item()
      const last = filesIn(after[target])
      if (ours.every(({ id }) => last.some((file) => file.id === id))) return after
      kept = last
    }
    throw new CountersignError('HOST_CONFLICT', 'others keep writing to the field', { field: target })
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const text = (value: unknown, usual: string): string => (typeof value === 'string' ? value : usual)

/** A single field is an object, a multiple one an array; empty is null, [] or false. */
function filesIn(value: unknown): readonly StoredFile[] {
  const all = Array.isArray(value) ? value : [value]
  return all.flatMap((file: unknown) =>
    isRecord(file) && file['id'] !== undefined
      ? [{ id: Number(file['id']), urlMachine: text(file['urlMachine'], '') }]
      : [],
  )
}

const idsOf = (files: readonly StoredFile[]): string =>
  files
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join(',')

/** All file fields with the ids they hold: what "meanwhile" is measured by. */
function versionOf(item: Record<string, unknown>): string {
  const fields = Object.entries(item).filter(([, value]) => filesIn(value).length > 0)
  return JSON.stringify(Object.fromEntries(fields.map(([name, value]) => [name, idsOf(filesIn(value))])))
}

function fieldVersion(version: string, field: string): string {
  const parsed: unknown = version === '' ? {} : JSON.parse(version)
  const ids = isRecord(parsed) ? parsed[field] : undefined
  return typeof ids === 'string' ? ids : ''
}

/** The portal puts the name into the address of some downloads. */
function nameOf({ urlMachine }: StoredFile): string | null {
  if (!URL.canParse(urlMachine)) return null
  return new URL(urlMachine).searchParams.get('fileName')
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}
