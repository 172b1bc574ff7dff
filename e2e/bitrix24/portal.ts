// An emulator of a Bitrix24 portal: its frame template (opening by POST or GET), its frame protocol and the REST methods that our page
// calls, with expired tokens and rate limits. It drives the real @bitrix24/b24jssdk. No live portal was seen.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

export type StoredFile = { id: number; name: string; bytes: Buffer }
export type PortalState = {
  item: Record<string, StoredFile[]>
  multiple: Record<string, boolean>
  placements: { placement: string; handler: string }[]
  options: Record<string, string>
  timeline: Record<string, unknown>[]
  notifications: Record<string, unknown>[]
  calls: string[]
  refreshed: number
  /** By id, as `crm.contact.get` answers. */
  contacts: Record<number, Record<string, unknown>>
  /** Smart processes. */
  types: { id: number; entityTypeId: number; title: string }[]
  /** How many of the next downloads are refused with 401; whether downloads lack CORS, as a redirect to a CDN might. */
  filesExpired: number
  filesClosed: boolean
  /** What another writer does right after each of the next updates. */
  others: ((item: PortalState['item']) => void)[]
  /** How many pages wait for each other before the timeline is read to them: then they all see it as it was. */
  meeting: number
  /** How many of the next calls are refused so. */
  expired: number
  limited: number
}

export type Emulator = Readonly<{
  origin: string
  state: PortalState
  /** The page that the portal opens, when it is not known at the start. */
  setHandler: (handler: string) => void
  close: () => Promise<void>
}>
export type EmulatorOptions = Readonly<{
  handler: string
  open: 'GET' | 'POST'
  placement: string
  placementOptions: Record<string, unknown>
  install?: boolean
}>

const SID = 'sid0123456789'
const LATE = { error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' }

/** Who may look at the record: `/?user=2` is the second one's browser. */
const USERS: Record<string, { ID: string; NAME: string; LAST_NAME: string; ADMIN: boolean }> = {
  1: { ID: '1', NAME: 'Anna', LAST_NAME: 'Berg', ADMIN: true },
  2: { ID: '2', NAME: 'Mikael', LAST_NAME: 'Strand', ADMIN: false },
}
const userOfToken = (token: unknown): string => /^user-(\d)-/.exec(String(token))?.[1] ?? '1'

function page(options: EmulatorOptions, domain: string, state: PortalState, user: string): string {
  const init = {
    LANG: 'en',
    DOMAIN: domain,
    PROTOCOL: 0,
    PATH: '/rest',
    AUTH_ID: `user-${user}-token-1`,
    REFRESH_ID: 'refresh-1',
    AUTH_EXPIRES: String(Date.now() + 3_600_000),
    MEMBER_ID: 'member',
    FIRST_RUN: false,
    IS_ADMIN: true,
    INSTALL: options.install === true,
    USER_OPTIONS: {},
    APP_OPTIONS: state.options,
    PLACEMENT: options.placement,
    PLACEMENT_OPTIONS: options.placementOptions,
  }
  const query = `DOMAIN=${encodeURIComponent(domain)}&PROTOCOL=0&LANG=en&APP_SID=${SID}`
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Portal</title><h1>Deal 7</h1>
<iframe id="app" name="${domain}|0|${SID}" style="width:1200px;height:820px;border:1px solid #ccc" allow="geolocation *; microphone *; camera *; autoplay *;"></iframe>
<form id="form" method="POST" target="${domain}|0|${SID}" action="${options.handler}?${query}">
<input name="AUTH_ID" value="token-1"><input name="PLACEMENT" value="${options.placement}"></form>
<script>
const init = ${JSON.stringify(init)}, appOrigin = ${JSON.stringify(new URL(options.handler).origin)}, log = (window.heard = [])
addEventListener('message', async (event) => {
  if (event.origin !== appOrigin || typeof event.data !== 'string') return
  const parts = event.data.split(':'), cmd = parts[0], sid = parts.at(-1), callback = parts.at(-2)
  if (sid !== '${SID}') return
  const text = parts.slice(1, -2).join(':')
  log.push(cmd)
  const answer = (value) => event.source.postMessage(callback + ':' + JSON.stringify(value), appOrigin)
  if (cmd === 'getInitData') return answer(init)
  if (cmd === 'refreshAuth') return answer(await (await fetch('/refresh?user=${user}')).json())
  if (cmd === 'setAppOption') { const o = JSON.parse(text); await fetch('/option', { method: 'POST', body: text }); init.APP_OPTIONS[o.name] = o.value; return answer(init.APP_OPTIONS) }
  if (cmd === 'resizeWindow') { document.getElementById('app').style.height = Math.max(400, JSON.parse(text).height || 820) + 'px'; return answer({ result: true }) }
  if (cmd === 'setInstallFinish') { document.title = 'Installed'; return answer({ result: true }) }
  answer({ result: true })
})
${options.open === 'POST' ? "document.getElementById('form').submit()" : `document.getElementById('app').src = ${JSON.stringify(`${options.handler}?${query}`)}`}
</script>`
}

const body = (request: IncomingMessage) =>
  new Promise<string>((resolve) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => resolve(text))
  })

function describe(state: PortalState, origin: string): Record<string, unknown> {
  const file = ({ id, name }: StoredFile) => ({
    id,
    url: `/ajax.php?file=${id}`,
    urlMachine: `${origin}/rest/file?id=${id}&auth=token&fileName=${encodeURIComponent(name)}`,
  })
  const fields = Object.entries(state.item).map(([name, files]) => {
    const all = files.map(file)
    return [name, state.multiple[name] ? all : (all[0] ?? null)]
  })
  const people = { contactIds: Object.keys(state.contacts).map(Number), companyId: 5 }
  return { id: 7, title: 'Office refit', assignedById: 1, ...people, ...Object.fromEntries(fields) }
}

type Value = { id: number } | [string, string]

function update(state: PortalState, fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    const given = (state.multiple[name] ? value : [value]) as Value[]
    // As the portal does: what a multiple field is not sent again, and what a single field held, is deleted.
    state.item[name] = given.map((one) =>
      Array.isArray(one)
        ? { id: Math.floor(Math.random() * 1e9), name: one[0], bytes: Buffer.from(one[1], 'base64') }
        : (state.item[name] ?? []).find(({ id }) => id === one.id)!,
    )
  }
}

/** The answer is of this update; another writer comes right after it. */
function answerBefore(item: Record<string, unknown>, state: PortalState): unknown {
  state.others.shift()?.(state.item)
  return { item }
}

let notes = 0

function rest(method: string, params: Record<string, unknown>, state: PortalState, origin: string): unknown {
  switch (method) {
    case 'crm.item.fields':
      return {
        fields: Object.fromEntries(
          Object.entries(state.multiple).map(([name, isMultiple]) => [name, { type: 'file', title: name, isMultiple }]),
        ),
      }
    case 'crm.item.get':
      return { item: describe(state, origin) }
    case 'crm.item.update':
      update(state, params['fields'] as Record<string, unknown>)
      return answerBefore(describe(state, origin), state)
    case 'crm.timeline.logmessage.add':
      state.timeline.push({ id: ++notes, ...(params['fields'] as Record<string, unknown>) })
      return { logMessage: { id: notes } }
    case 'crm.timeline.logmessage.delete':
      state.timeline = state.timeline.filter(({ id }) => id !== params['id'])
      return true
    // Ten at a time, newest first, whatever page one asks for.
    case 'crm.timeline.logmessage.list': {
      const start = Number(params['start'] ?? 0)
      return state.timeline.toReversed().slice(start, start + 10)
    }
    case 'profile':
      return USERS[userOfToken(params['auth'])]
    case 'crm.contact.get':
      return state.contacts[Number(params['id'])] ?? null
    case 'crm.company.get':
      return { TITLE: 'Halvorsen Interiors AS' }
    case 'im.notify.personal.add':
      // As documented: of those with the same tag the others are removed.
      state.notifications = state.notifications.filter(({ TAG }) => TAG === undefined || TAG !== params['TAG'])
      state.notifications.push(params)
      return ++notes
    case 'placement.get':
      return state.placements
    case 'crm.type.list':
      return { types: state.types }
    case 'userfieldconfig.add': {
      const { fieldName } = params['field'] as { fieldName: string }
      const name = fieldName.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
      state.item[name] = []
      state.multiple[name] = true
      return { field: { id: 1, fieldName } }
    }
    case 'placement.unbind':
      state.placements = state.placements.filter(({ placement }) => placement !== params['PLACEMENT'])
      return { count: 1 }
    case 'placement.bind':
      state.placements.push({ placement: String(params['PLACEMENT']), handler: String(params['HANDLER']) })
      return true
    default:
      return null
  }
}

export async function openPortalEmulator(
  options: EmulatorOptions,
  initial: Pick<PortalState, 'item' | 'multiple'> & Partial<PortalState>,
): Promise<Emulator> {
  const state: PortalState = {
    placements: [],
    options: {},
    timeline: [],
    notifications: [],
    calls: [],
    refreshed: 0,
    expired: 0,
    limited: 0,
    types: [],
    contacts: {},
    filesExpired: 0,
    filesClosed: false,
    others: [],
    meeting: 0,
    ...initial,
  }
  const cors = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Headers': 'origin, content-type, accept, *',
  }
  const json = (response: ServerResponse, status: number, value: unknown) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...cors }).end(JSON.stringify(value))
  const waiting: (() => void)[] = []
  const meet = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length < state.meeting) return
      state.meeting = 0
      for (const go of waiting.splice(0)) go()
    })
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', origin)
    if (request.method === 'OPTIONS') return response.writeHead(200, cors).end()
    if (url.pathname === '/') {
      const text = page({ ...options, handler }, url.host, state, url.searchParams.get('user') ?? '1')
      return response.writeHead(200, { 'Content-Type': 'text/html' }).end(text)
    }
    if (url.pathname === '/refresh') {
      state.refreshed++
      const user = url.searchParams.get('user') ?? '1'
      const AUTH_EXPIRES = String(Date.now() + 3_600_000)
      return json(response, 200, { AUTH_ID: `user-${user}-token-2`, REFRESH_ID: 'refresh-2', AUTH_EXPIRES })
    }
    if (url.pathname === '/option') {
      const { name, value } = JSON.parse(await body(request)) as { name: string; value: string }
      state.options[name] = value
      return json(response, 200, true)
    }
    if (url.pathname === '/rest/file') {
      if (state.filesExpired > 0) {
        state.filesExpired--
        return json(response, 401, { error: 'expired_token' })
      }
      if (state.filesClosed) return response.writeHead(302, { Location: 'http://localhost:9/cdn' }).end()
      const wanted = Number(url.searchParams.get('id'))
      const file = Object.values(state.item)
        .flat()
        .find(({ id }) => id === wanted)
      return response.writeHead(file ? 200 : 404, { 'Content-Type': 'application/pdf', ...cors }).end(file?.bytes)
    }
    if (!url.pathname.startsWith('/rest/')) return response.writeHead(404).end()
    const method = url.pathname.replace(/^\/rest\/(api\/)?/, '').replace(/\.json$/, '')
    const text = await body(request)
    state.calls.push(method)
    if (state.expired > 0) {
      state.expired--
      return json(response, 401, { error: 'expired_token', error_description: 'The access token has expired' })
    }
    if (state.limited > 0) {
      state.limited--
      return json(response, 503, LATE)
    }
    const params = (text ? JSON.parse(text) : {}) as Record<string, unknown>
    const time = { start: 0, finish: 0, duration: 0, processing: 0, date_start: '', date_finish: '', operating: 0 }
    const result = rest(method, params, state, origin)
    if (method === 'crm.timeline.logmessage.list' && state.meeting > 0) await meet()
    return json(response, 200, { result, time })
  }
  let origin = ''
  let { handler } = options
  const server: Server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const address = server.address()
  origin = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  const setHandler = (next: string) => void (handler = next)
  return { origin, state, setHandler, close }
}
