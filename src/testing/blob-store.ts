// A blob storage as clouds have them: objects under signed addresses that expire, ETags, If-Match, CORS; and its bad days.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type StoredObject = { bytes: Buffer; type: string }
/** What the storage does to the next request of that method, once. */
export type BadDay = 'breaks' | 'silent' | 'error' | 'stores-and-breaks' | 'redirects'

export type BlobStore = Readonly<{
  origin: string
  objects: Map<string, StoredObject>
  /** Every request, in order, with what it told about where it came from. */
  requests: { method: string; name: string; referrer: string | undefined; origin: string | undefined }[]
  /** What a signed address may do, and until when. */
  sign: (method: 'GET' | 'PUT' | 'POST', name: string, expires?: Date) => string
  /** Whether objects have ETags that a page may read. */
  etags: { kind: 'strong' | 'weak' | 'hidden' }
  next: (method: string, day: BadDay, times?: number) => void
  /** No more bad days: a browser repeats by itself what broke on a connection that it had kept. */
  calm: () => void
  close: () => Promise<void>
}>

const SECRET = 'the secret of the storage'
const HOUR = 3_600_000

const signature = (method: string, path: string, expires: string): string =>
  createHmac('sha256', SECRET).update(`${method}\n${path}\n${expires}`).digest('base64url')

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const etagOf = ({ bytes }: StoredObject, kind: 'strong' | 'weak' | 'hidden'): string =>
  `${kind === 'weak' ? 'W/' : ''}"${createHash('md5').update(bytes).digest('hex')}"`

/** @param host `localhost`, so that it is another origin than the app on 127.0.0.1 */
export async function openBlobStore(host = 'localhost'): Promise<BlobStore> {
  const objects = new Map<string, StoredObject>()
  const requests: BlobStore['requests'] = []
  const badDays = new Map<string, BadDay[]>()
  const etags: BlobStore['etags'] = { kind: 'strong' }
  let origin = ''

  const cors = (): Record<string, string> => ({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, PUT, POST',
    'Access-Control-Allow-Headers': 'content-type, if-match, if-none-match',
    ...(etags.kind === 'hidden' ? {} : { 'Access-Control-Expose-Headers': 'ETag' }),
  })
  const refuse = (response: ServerResponse, status: number, code: string): void =>
    void response
      .writeHead(status, { ...cors(), 'Content-Type': 'application/xml' })
      .end(`<Error><Code>${code}</Code></Error>`)

  function isHeld(request: IncomingMessage, stored: StoredObject | undefined): boolean {
    const now = stored ? etagOf(stored, 'strong') : null
    const wanted = request.headers['if-match']
    if (wanted !== undefined && wanted !== now) return false
    return !(request.headers['if-none-match'] === '*' && stored)
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin)
    const method = request.method ?? ''
    if (method === 'OPTIONS') return void response.writeHead(204, cors()).end()
    const name = decodeURIComponent(url.pathname.slice(1))
    requests.push({ method, name, referrer: request.headers.referer, origin: request.headers.origin })
    const day = badDays.get(method)?.shift()
    if (day === 'silent') return
    if (day === 'error') return refuse(response, 500, 'InternalError')
    if (day === 'redirects') return void response.writeHead(307, { ...cors(), Location: 'http://127.0.0.1:9/x' }).end()
    const expires = url.searchParams.get('expires') ?? ''
    const genuine = url.searchParams.get('sig') === signature(method, url.pathname, expires)
    if (!genuine || Number(expires) < Date.now()) return refuse(response, 403, 'AccessDenied')
    const stored = objects.get(name)
    if (method === 'GET') return give(response, stored, day)
    if (day === 'breaks') {
      request.once('data', () => request.socket.destroy())
      return
    }
    const bytes = await readBody(request)
    // A service behind a POST takes whatever it is given under the condition it is given.
    if (!isHeld(request, stored)) return refuse(response, 412, 'PreconditionFailed')
    const object = { bytes, type: request.headers['content-type'] ?? '' }
    objects.set(name, object)
    if (day === 'stores-and-breaks') return void request.socket.destroy()
    response.writeHead(200, { ...cors(), ETag: etagOf(object, etags.kind) }).end()
  }

  function give(response: ServerResponse, stored: StoredObject | undefined, day: BadDay | undefined): void {
    if (!stored) return refuse(response, 404, 'NoSuchKey')
    response.writeHead(200, {
      ...cors(),
      'Content-Type': stored.type,
      'Content-Length': stored.bytes.length,
      ETag: etagOf(stored, etags.kind),
    })
    if (day !== 'breaks') return void response.end(stored.bytes)
    response.write(stored.bytes.subarray(0, stored.bytes.length / 2), () => response.socket?.destroy())
  }

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  // Whoever forgets to close it can end all the same.
  server.unref().on('connection', (socket) => socket.unref())
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  origin = `http://${host}:${typeof address === 'object' && address ? address.port : 0}`
  return {
    origin,
    objects,
    requests,
    etags,
    sign(method, name, expires = new Date(Date.now() + HOUR)) {
      const path = `/${encodeURIComponent(name)}`
      const until = String(expires.getTime())
      return `${origin}${path}?expires=${until}&sig=${signature(method, path, until)}`
    },
    next: (method, day, times = 1) =>
      badDays.set(
        method,
        Array.from({ length: times }, () => day),
      ),
    calm: () => badDays.clear(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
