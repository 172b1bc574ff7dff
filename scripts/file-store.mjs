// The demo CRM's file store, as a CRM or a cloud has one: GET and PUT of `/store/NAME`, an ETag for each version, If-Match and
// If-None-Match against lost updates, CORS for the signing page. Names are long and random, which is what lets a link in a
// letter open one file. It lives in memory and ends with the process.
import { createHash } from 'node:crypto'

const PREFIX = '/store/'
const NAME = /^[\w-]{22,64}$/
const LARGEST = 64 * 2 ** 20

const etagOf = (bytes) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, PUT',
  'Access-Control-Allow-Headers': 'content-type, if-match, if-none-match',
  'Access-Control-Expose-Headers': 'ETag',
  'Cache-Control': 'no-store',
}

/** @returns null when it is larger than the store takes */
async function readBody(request) {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size <= LARGEST) parts.push(part)
  }
  return size <= LARGEST ? Buffer.concat(parts) : null
}

function mayWrite(headers, stored) {
  const wanted = headers['if-match']
  if (wanted !== undefined && wanted !== stored?.etag) return false
  return !(headers['if-none-match'] === '*' && stored)
}

/** What colleagues share of the demo's deal: there from the beginning, since a browser complains of what is not there. */
const DEMO_RECORD = 'the-record-of-deal-4182'

/** @returns `handle(request, response, path)`: true when the request was the store's */
export function fileStore() {
  const empty = Buffer.from('{"entries":[],"letters":[],"told":[],"sent":[]}')
  const files = new Map([[DEMO_RECORD, { bytes: empty, etag: etagOf(empty), type: 'application/json' }]])

  async function answer(request, response, name) {
    const stored = files.get(name)
    if (request.method === 'GET') {
      if (!stored) return response.writeHead(404, CORS).end()
      const { type, etag, bytes } = stored
      return response
        .writeHead(200, { ...CORS, 'Content-Type': type, 'Content-Length': bytes.length, ETag: etag })
        .end(bytes)
    }
    const bytes = await readBody(request)
    if (bytes === null) return response.writeHead(413, CORS).end()
    // Looked up anew: another may have written while these bytes came.
    if (!mayWrite(request.headers, files.get(name))) return response.writeHead(412, CORS).end()
    const etag = etagOf(bytes)
    files.set(name, { bytes, etag, type: request.headers['content-type'] ?? 'application/octet-stream' })
    return response.writeHead(200, { ...CORS, ETag: etag }).end()
  }

  return function handle(request, response, path) {
    if (!path.startsWith(PREFIX)) return false
    const name = path.slice(PREFIX.length)
    if (request.method === 'OPTIONS') response.writeHead(204, CORS).end()
    else if (!NAME.test(name)) response.writeHead(404, CORS).end()
    else if (request.method !== 'GET' && request.method !== 'PUT')
      response.writeHead(405, { ...CORS, Allow: 'GET, PUT' }).end()
    else answer(request, response, name).catch(() => response.destroy())
    return true
  }
}
