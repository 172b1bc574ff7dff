// Files that people outside the CRM work on too: they lie in the CRM's file store, which a link in a letter opens, and which tells
// by ETag who came first. The deal keeps a copy of what it saw last.
const FOLDER = new URL('store/', document.baseURI)

export const addressOf = (name: string): string => new URL(name, FOLDER).href

const conflict = (): Error => Object.assign(new Error('another version is stored'), { code: 'HOST_CONFLICT' })

async function put(name: string, blob: Blob, condition: Record<string, string>): Promise<string> {
  const headers = { 'Content-Type': blob.type || 'application/pdf', ...condition }
  const response = await fetch(addressOf(name), { method: 'PUT', body: blob, headers })
  if (response.status === 412) throw conflict()
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { code: 'HOST_SAVE_FAILED' })
  return response.headers.get('ETag') ?? ''
}

export const shared = {
  /** A new file under a name that nobody guesses. */
  async create(blob: Blob): Promise<{ name: string; version: string }> {
    const name = crypto.randomUUID()
    return { name, version: await put(name, blob, { 'If-None-Match': '*' }) }
  },

  /** @returns null: it is gone */
  async read(name: string): Promise<{ blob: Blob; version: string } | null> {
    const response = await fetch(addressOf(name), { cache: 'no-store' })
    if (!response.ok) return null
    return { blob: await response.blob(), version: response.headers.get('ETag') ?? '' }
  },

  replace: (name: string, blob: Blob, ifVersion: string): Promise<string> => put(name, blob, { 'If-Match': ifVersion }),
}
