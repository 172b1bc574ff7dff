// A static file server for this machine: what `npm start` shows and what the e2e tests open. Binds to loopback only.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { headersFor } from './headers.mjs'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.pdf': 'application/pdf',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
}

/** The file a URL path names under `root`: `/x` may be x, x.html or x/index.html; never outside `root`. */
function resolveFile(root, path) {
  const inside = normalize(join(root, path))
  if (inside !== root && !inside.startsWith(root + sep)) return null
  for (const candidate of [inside, `${inside}.html`, join(inside, 'index.html')]) {
    if (existsSync(candidate) && statSync(candidate).isFile()) return candidate
  }
  return null
}

function listen(server, host, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server.address().port))
  })
}

/** The wished port, else any free one: a taken port is no reason not to start. */
async function listenSomewhere(server, host, port) {
  try {
    return await listen(server, host, port)
  } catch (error) {
    if (error.code !== 'EADDRINUSE' || port === 0) throw error
    return listen(server, host, 0)
  }
}

/**
 * Serves a folder.
 *
 * @param options.root absolute folder; @param options.host name in the URL, 127.0.0.1 or localhost (two different sites)
 * @param options.headers path -> headers; @param options.overrides path -> () => string, answered instead of the file
 * @param options.handle (request, response, path) => whether it answered: asked before any file
 * @param options.mounts '/prefix/' -> another folder that is served under it
 * @returns origin without a slash at the end, and close()
 */
export async function serve(options) {
  const { root, host, port = 0, headers = () => ({}), overrides = {}, handle = () => false, mounts = {} } = options
  const server = createServer((request, response) => {
    let path
    try {
      path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    } catch {
      response.writeHead(400).end()
      return
    }
    if (handle(request, response, path)) return
    // A CRM may open a page by POST: it gets the page, the body is not looked at.
    if (!['GET', 'HEAD', 'POST'].includes(request.method ?? '')) {
      response.writeHead(405, { Allow: 'GET, HEAD, POST' }).end()
      return
    }
    const override = overrides[path]
    const mount = Object.keys(mounts).find((prefix) => path.startsWith(prefix))
    const file = override
      ? null
      : mount
        ? resolveFile(mounts[mount], path.slice(mount.length))
        : resolveFile(root, path)
    const extra = headers(path)
    if (override) {
      response.writeHead(200, { ...extra, 'Content-Type': TYPES[extname(path)] ?? 'text/plain' }).end(override())
    } else if (file === null) {
      response.writeHead(404, { ...extra, 'Content-Type': 'text/plain' }).end('not found')
    } else {
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      response.writeHead(200, { ...extra, 'Content-Type': type, 'Content-Length': statSync(file).size })
      if (request.method === 'HEAD') response.end()
      else createReadStream(file).pipe(response)
    }
  })
  const taken = await listenSomewhere(server, host, port)
  return {
    origin: `http://${host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/**
 * The built app under its production headers. config.json is the built one with `embedders` added.
 *
 * @param options.embedders origins that may frame the app, beside those of config.json; may grow while it runs
 * @param options.config other fields of config.json, in place of the built ones
 */
export function serveApp({ root, host = '127.0.0.1', port = 0, embedders = [], config: change = {} }) {
  const built = join(root, 'config.json')
  const config = () => {
    const base = { version: 1, ...(existsSync(built) ? JSON.parse(readFileSync(built, 'utf8')) : {}), ...change }
    return { ...base, embedders: [...(base.embedders ?? []), ...embedders] }
  }
  const overrides = { '/config.json': () => JSON.stringify(config()) }
  return serve({ root, host, port, headers: (path) => headersFor(path, config()), overrides })
}
