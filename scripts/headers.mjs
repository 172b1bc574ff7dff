// The one definition of the HTTP headers that every host must send: `npm start`, the tests and `npm run deploy:headers` read it.

/** Fortify's local bridge: the only address outside the configured ones that the app may speak to. */
const LOCAL_BRIDGE = ['https://127.0.0.1:31337', 'wss://127.0.0.1:31337']

/** Pages that the frame opens as a window: a Cross-Origin-Opener-Policy there would cut the channel to the opener. */
export const WINDOW_PAGES = ['/popup.html', '/popup']

const origins = (urls) => [...new Set(urls.filter(Boolean).map((url) => new URL(url).origin))]

/**
 * The Content-Security-Policy of every file of the app, workers included.
 *
 * @param config the fields of config.json that name origins: embedders, tsa, relay, storage
 */
export function contentSecurityPolicy(config = {}) {
  const connect = origins([...(config.tsa ?? []), config.relay, ...(config.storage ?? [])])
  const ancestors = ["'self'", ...(config.embedders ?? [])]
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self' data: blob:",
    ['connect-src', "'self'", ...LOCAL_BRIDGE, ...connect].join(' '),
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "manifest-src 'self'",
    ['frame-ancestors', ...ancestors].join(' '),
    "require-trusted-types-for 'script'",
    'trusted-types sign',
  ].join('; ')
}

/** Headers that do not depend on the path. */
export function commonHeaders(config = {}) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(config),
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  }
}

/** Hashed file names never change; everything else is asked for again. */
export const cacheControl = (path) => (path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')

/** All headers of one path of the app. */
export function headersFor(path, config = {}) {
  return { ...commonHeaders(config), 'Cache-Control': cacheControl(path) }
}
