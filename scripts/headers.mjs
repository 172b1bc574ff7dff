// The one definition of the HTTP headers that every host must send: `npm start`, the tests and `npm run deploy:headers` read it.

/** Fortify's local bridge: the only address outside the configured ones that the app may speak to. */
const LOCAL_BRIDGE = ['https://127.0.0.1:31337', 'wss://127.0.0.1:31337']

/** Pages that a CRM frames. */
export const FRAME_PAGES = ['embed']
/** Pages of ours that stand in a CRM's frame, hold its token, speak with its REST interface and nest the frame. */
export const CRM_PAGES = ['bitrix24']
/** Pages that the frame opens as a window: a Cross-Origin-Opener-Policy there would cut the channel to the opener. */
export const WINDOW_PAGES = ['popup']

const origins = (urls) => [...new Set(urls.filter(Boolean).map((url) => new URL(url).origin))]

/** `/embed.html`, `/embed` and `/sub/../embed/` name the page `embed`; `/` names `index`. */
export function pageOf(path) {
  const name = path.replace(/^\//, '').replace(/(\.html|\/|\/index\.html)$/, '')
  return name === '' ? 'index' : name
}

/**
 * The Content-Security-Policy of a page, worker or file. Only the frame and the CRM pages may be framed, and by the
 * configured embedders alone.
 *
 * @param config the fields of config.json that name origins: embedders, tsa, relay, storage
 * @param page as of {@link pageOf}
 */
export function contentSecurityPolicy(config = {}, page = 'index') {
  const embedders = config.embedders ?? []
  const inCrm = CRM_PAGES.includes(page)
  const framed = inCrm || FRAME_PAGES.includes(page)
  const connect = [...origins([...(config.tsa ?? []), config.relay, ...(config.storage ?? [])])]
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self' data: blob:",
    ['connect-src', "'self'", ...(inCrm ? embedders : [...LOCAL_BRIDGE, ...connect])].join(' '),
    inCrm ? "frame-src 'self'" : "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "manifest-src 'self'",
    framed ? ['frame-ancestors', "'self'", ...embedders].join(' ') : "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types sign',
  ].join('; ')
}

/** Headers that do not depend on the path. */
export const COMMON_HEADERS = {
  // Nothing here is secret or personal: with it a frame in a sandbox of an opaque origin can load and say what is wrong.
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
}

/** A CRM page must tell its portal's REST interface where it comes from; no other page tells anyone. */
const referrerPolicy = (page) => (CRM_PAGES.includes(page) ? 'strict-origin' : 'no-referrer')

/** Hashed file names never change; everything else is asked for again. */
export const cacheControl = (path) => (path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')

/** All headers of one path of the app. */
export function headersFor(path, config = {}) {
  const page = pageOf(path)
  return {
    'Content-Security-Policy': contentSecurityPolicy(config, page),
    ...COMMON_HEADERS,
    'Referrer-Policy': referrerPolicy(page),
    'Cache-Control': cacheControl(path),
  }
}
