// The service worker. scripts/offline/plugin.mjs fills in the three constants at build time.
// Stores every file of this build by its digest, serves from the store, and lets a newer build in only when the page says so.

const VERSION = '__VERSION__'
const BUILD = '__BUILD__'
/** Path under the scope -> lower-case hex SHA-256. */
const FILES = __FILES__

const STORE = 'countersign-files'
const LISTS = 'countersign-builds'

const scope = self.registration.scope
const inStore = (digest) => new URL(`.store/${digest}`, scope).href
const listOf = (build) => new URL(`.builds/${build}`, scope).href

async function digestOf(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A response that may be kept: same headers (the security policy among them), body as given. */
const keepable = (body, response) => new Response(body, { status: 200, headers: response.headers })

async function fetchInto(store, path, digest) {
  if (await store.match(inStore(digest))) return
  const response = await fetch(new URL(path, scope), { cache: 'no-cache' })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  const body = await response.arrayBuffer()
  const got = await digestOf(body)
  // A half-finished deployment, or someone in between: the version that runs stays.
  if (got !== digest) throw new Error(`${path}: expected ${digest}, got ${got}`)
  await store.put(inStore(digest), keepable(body, response))
}

async function install() {
  const store = await caches.open(STORE)
  const entries = Object.entries(FILES)
  const next = async () => {
    for (let entry = entries.pop(); entry; entry = entries.pop()) await fetchInto(store, ...entry)
  }
  await Promise.all(Array.from({ length: 6 }, next))
}

/** The lists of the builds before this one, newest first: their pages may still be open and load a part on demand. */
async function earlierLists() {
  const lists = await caches.open(LISTS)
  const requests = await lists.keys()
  const found = await Promise.all(requests.map(async (request) => (await lists.match(request)).json()))
  return found.filter((list) => list.build !== BUILD).toSorted((a, b) => b.at - a.at)
}

async function activate() {
  const lists = await caches.open(LISTS)
  const [previous, ...older] = await earlierLists()
  for (const list of older) await lists.delete(listOf(list.build))
  await lists.put(listOf(BUILD), new Response(JSON.stringify({ build: BUILD, at: Date.now(), files: FILES })))
  const wanted = new Set([...Object.values(FILES), ...Object.values(previous?.files ?? {})].map(inStore))
  const store = await caches.open(STORE)
  for (const request of await store.keys()) if (!wanted.has(request.url)) await store.delete(request)
  await self.clients.claim()
}

/** The file a path under the scope names: `x` may be x, x.html or x/index.html. */
function resolvePath(files, url) {
  const path = decodeURIComponent(url.pathname.slice(new URL(scope).pathname.length))
  return [path, `${path}.html`, `${path}${path === '' || path.endsWith('/') ? '' : '/'}index.html`].find((name) =>
    Object.hasOwn(files, name),
  )
}

/** The body stays that of this build; the headers, the list of permitted embedders among them, are the server's newest. */
async function refreshHeaders(path, digest) {
  const response = await fetch(new URL(path, scope), { cache: 'no-cache' })
  if (!response.ok) return
  const store = await caches.open(STORE)
  const kept = await store.match(inStore(digest))
  if (kept) await store.put(inStore(digest), keepable(await kept.arrayBuffer(), response))
}

async function answer(event, url) {
  const store = await caches.open(STORE)
  const path = resolvePath(FILES, url)
  if (path !== undefined) {
    const kept = await store.match(inStore(FILES[path]))
    if (kept && path.endsWith('.html')) event.waitUntil(refreshHeaders(path, FILES[path]).catch(() => undefined))
    if (kept) return kept
  } else {
    for (const list of await earlierLists()) {
      const old = resolvePath(list.files, url)
      const kept = old === undefined ? undefined : await store.match(inStore(list.files[old]))
      if (kept) return kept
    }
  }
  return fetch(event.request)
}

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  // config.json is the administrator's word of today; the app itself keeps the last good copy.
  if (event.request.method !== 'GET' || !url.href.startsWith(scope) || url.pathname.endsWith('/config.json')) return
  event.respondWith(answer(event, url))
})
self.addEventListener('message', (event) => {
  if (event.data?.type === 'version') {
    event.ports[0]?.postMessage({ version: VERSION, build: BUILD, files: Object.keys(FILES).length })
  }
  if (event.data?.type === 'activate') event.waitUntil(self.skipWaiting())
})
