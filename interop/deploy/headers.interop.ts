// The server files of `npm run deploy:headers`, loaded by the real servers and asked over HTTP.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderHeaders } from '../../scripts/deploy-headers.mjs'
import { headersFor } from '../../scripts/headers.mjs'

const config = {
  embedders: ['https://crm.example', 'https://*.bitrix24.ru'],
  tsa: ['https://tsa.example/tsr'],
  relay: null,
  storage: ['https://bucket.example'],
}
const FILES = ['index.html', 'embed.html', 'popup.html', 'bitrix24.html', 'config.json', 'sw.js']
const rendered = renderHeaders(config, FILES)
const folder = mkdtempSync(join(tmpdir(), 'deploy-'))
const app = join(folder, 'app')

beforeAll(() => {
  // nginx started by root serves as another user.
  chmodSync(folder, 0o755)
  mkdirSync(join(app, 'assets'), { recursive: true })
  for (const file of FILES) writeFileSync(join(app, file), `this is ${file}`)
  writeFileSync(join(app, 'assets/pdf.worker-abc.mjs'), 'export {}')
  writeFileSync(join(app, 'assets/index-abc.js'), 'export {}')
  for (const [name, text] of Object.entries(rendered)) writeFileSync(join(folder, name), text)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

async function up(origin: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${log()}`)
    try {
      await fetch(origin)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error(`no answer: ${log()}`)
}

function nginxArguments(port: number): string[] {
  const mime = existsSync('/etc/nginx/mime.types') ? 'include /etc/nginx/mime.types;' : ''
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  writeFileSync(
    join(folder, 'main.conf'),
    `daemon off; pid ${folder}/nginx.pid; error_log stderr warn; events {}
http { ${mime} default_type application/octet-stream; access_log off; ${temporary.join(' ')}
  server { listen 127.0.0.1:${port}; root ${app}; include ${folder}/nginx.conf; } }`,
  )
  return ['-c', join(folder, 'main.conf'), '-p', folder]
}

function caddyArguments(port: number): string[] {
  writeFileSync(
    join(folder, 'Caddyfile'),
    `{\n\tadmin off\n\tauto_https off\n}\nimport ${folder}/Caddyfile.headers\nhttp://127.0.0.1:${port} {\n\troot * ${app}\n\timport countersign\n}\n`,
  )
  return ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']
}

for (const [name, argumentsFor] of [
  ['nginx', nginxArguments],
  ['caddy', caddyArguments],
] as const) {
  const missing = spawnSync(name, ['version'], { stdio: 'ignore' }).error !== undefined
  describe.skipIf(missing)(`the real ${name} (skipped where it is not installed)`, () => {
    let child: ChildProcess
    let origin = ''
    beforeAll(async () => {
      const port = await freePort()
      let log = ''
      child = spawn(name, argumentsFor(port), {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, HOME: folder },
      })
      child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
      origin = `http://127.0.0.1:${port}`
      await up(origin, child, () => log)
    })
    afterAll(() => void child?.kill())

    const PAGES = ['/', '/index.html', '/embed.html', '/embed', '/popup.html', '/popup', '/bitrix24', '/bitrix24.html']
    for (const path of [...PAGES, '/config.json', '/sw.js', '/assets/index-abc.js', '/assets/pdf.worker-abc.mjs']) {
      test(`${path} has exactly the headers of the definition`, async () => {
        const response = await fetch(origin + path)
        expect(response.status).toBe(200)
        for (const [header, value] of Object.entries(headersFor(path, config))) {
          expect(response.headers.get(header), header).toBe(value)
        }
        expect(response.headers.has('cross-origin-opener-policy')).toBe(false)
      })
    }

    test('only the frame and the CRM page may be framed, by the listed sites', async () => {
      const ancestors = async (path: string) =>
        /frame-ancestors ([^;]*)/.exec((await fetch(origin + path)).headers.get('content-security-policy') ?? '')?.[1]
      expect(await ancestors('/embed')).toBe("'self' https://crm.example https://*.bitrix24.ru")
      expect(await ancestors('/bitrix24')).toBe("'self' https://crm.example https://*.bitrix24.ru")
      for (const path of ['/', '/popup', '/config.json', '/sw.js']) expect(await ancestors(path), path).toBe("'none'")
    })

    test('a page opened by POST is the page', async () => {
      for (const path of ['/bitrix24', '/bitrix24.html', '/embed', '/']) {
        const response = await fetch(`${origin}${path}?DOMAIN=a.bitrix24.ru`, {
          method: 'POST',
          body: new URLSearchParams({ AUTH_ID: 'x'.repeat(3000) }),
        })
        expect(response.status, path).toBe(200)
        expect(await response.text()).toBe(
          `this is ${path === '/' ? 'index.html' : `${path.slice(1).replace('.html', '')}.html`}`,
        )
        expect(response.headers.get('content-security-policy')).toBe(
          headersFor(path, config)['Content-Security-Policy'],
        )
      }
    })

    test('scripts are served as scripts; what is not there is 404', async () => {
      for (const path of ['/assets/pdf.worker-abc.mjs', '/assets/index-abc.js', '/sw.js']) {
        expect((await fetch(origin + path)).headers.get('content-type'), path).toMatch(
          /^(text|application)\/javascript/,
        )
      }
      expect((await fetch(`${origin}/nothing`)).status).toBe(404)
      expect((await fetch(`${origin}/assets/nothing.js`)).status).toBe(404)
    })
  })
}

describe('_headers', () => {
  const rules = (rendered['_headers'] ?? '').split('\n\n').map((rule) => rule.replace(/^#.*\n/, '').split('\n'))
  const matching = (path: string) =>
    rules.filter(([pattern = '']) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path))

  test('every path meets one rule only, with the headers of the definition', () => {
    for (const path of [
      '/',
      ...FILES.map((file) => `/${file}`),
      '/embed',
      '/popup',
      '/bitrix24',
      '/assets/index-abc.js',
    ]) {
      const [rule, ...more] = matching(path)
      expect(more, path).toEqual([])
      const headers = Object.fromEntries(
        rule
          ?.slice(1)
          .filter(Boolean)
          .map((line) => line.trim().split(/: (.*)/s)) ?? [],
      )
      expect(headers, path).toMatchObject(headersFor(path, config))
    }
  })
})

test('a value that a server file could not hold is refused', () => {
  expect(() => renderHeaders({ embedders: ['https://a.example" always; x'] }, FILES)).toThrow(/cannot hold/)
})
