import { addEntry, getFile, putFile, theDeal, type StoredFile, type TimelineEntry } from './store.ts'

/** `user`: whoever works at this computer. */
export type Settings = {
  signer: string
  user: { id: string; name: string }
  locale: string
  theme: { mode: 'light' | 'dark'; accent: string }
}

const by = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (!element) throw new Error(`no #${id}`)
  return element
}

/** Where the signer's frame goes. */
export const panel = by('signer')

/** How the demo's server misbehaves: `?server=slow | fails | never | conflict`, for trying out what a signer then sees. */
const mood = new URLSearchParams(location.search).get('server')
let refusals = mood === 'fails' ? 1 : 0

async function misbehave(): Promise<void> {
  if (mood === 'slow') await new Promise((resolve) => setTimeout(resolve, 4000))
  if (mood === 'never') await new Promise(() => undefined)
  if (mood === 'conflict') throw Object.assign(new Error('changed meanwhile'), { code: 'HOST_CONFLICT' })
  if (refusals-- > 0) throw new Error('HTTP 500')
}

export const files = {
  async read(id: string) {
    const file = await getFile(id)
    if (!file) throw Object.assign(new Error(`no file ${id}`), { code: 'HOST_LOAD_FAILED' })
    return { blob: file.blob, name: file.name, type: file.type, version: file.version }
  },

  /** As a file server does with If-Match and an idempotency key. */
  async write(id: string, document: { name: string; type: string; blob: Blob }, ifVersion: string, key: string) {
    await misbehave()
    const file = await getFile(id)
    if (file?.keys.includes(key)) return { version: file.version }
    if (file && file.version !== ifVersion) {
      throw Object.assign(new Error(`${file.version} is stored`), { code: 'HOST_CONFLICT' })
    }
    const { name, type, blob } = document
    const beside = file && name !== file.name
    const version = `v${Number(file?.version.slice(1) ?? 0) + 1}`
    const stored: StoredFile = beside
      ? { id: `${id}.p7s`, name, type, blob, version: 'v1', keys: [key], signed: true }
      : { id, name, type, blob, version, keys: [...(file?.keys ?? []), key], signed: true }
    await putFile(stored)
    if (beside) await putFile({ ...file, keys: [...file.keys, key], signed: true })
    dispatchEvent(new Event('files-changed'))
    return { version: beside ? file.version : version }
  },
}

const WORDS: Record<string, string> = {
  opened: 'Document opened for signing',
  shown: 'Document shown to the signer',
  consent: 'Signer agreed',
  'code-confirmed': 'One-time code confirmed',
  signed: 'Document signed',
  stored: 'Signed document stored in the deal',
  refused: 'Signing refused',
  declined: 'Signer declined',
  cancelled: 'Signing cancelled',
}
const KINDS: Record<string, TimelineEntry['kind']> = {
  signed: 'signed',
  stored: 'signed',
  refused: 'error',
  declined: 'error',
}

export const timeline = {
  async add(
    action: string,
    time = new Date().toISOString(),
    detail = '',
    kind: TimelineEntry['kind'] = KINDS[action] ?? 'step',
  ): Promise<void> {
    await addEntry({ text: WORDS[action] ?? action, detail, time, kind })
    await timeline.draw()
  },

  async draw(): Promise<void> {
    const entries = (await theDeal()).entries.toReversed()
    by('timeline').replaceChildren(
      ...entries.map(({ text, detail, time, kind }) => {
        const item = document.createElement('li')
        item.dataset['kind'] = kind
        const title = document.createElement('p')
        title.textContent = text
        const when = document.createElement('time')
        when.dateTime = time
        when.textContent = new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
        item.append(title)
        if (detail) {
          const more = document.createElement('p')
          more.className = 'detail'
          more.textContent = detail
          item.append(more)
        }
        item.append(when)
        return item
      }),
    )
  },
}
