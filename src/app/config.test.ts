import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { confirmationFor, DEFAULT_CONFIG, matchOrigin, parseConfig } from './config.ts'
import { loadConfig, type ConfigSource } from './load-config.ts'
import { fakeClock } from '../testing/ports.ts'

const problems = (value: unknown) => {
  const parsed = parseConfig(JSON.stringify(value))
  return parsed.ok ? [] : parsed.problems.map(({ path, problem }) => `${path} ${problem}`)
}
const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const full = {
  version: 1,
  embedders: ['https://crm.example', 'https://*.bitrix24.ru', 'http://localhost:8081'],
  anchors: [{ pem: PEM, purposes: ['signing', 'time-stamping'] }],
  policy: {
    level: 'B-T',
    revocation: 'off',
    maxConfigAgeHours: 0,
    maxDocumentMiB: 500,
    refuse: ['content-javascript'],
  },
  tsa: ['https://tsa.example/tsr'],
  relay: 'https://relay.example/?u=',
  storage: ['https://bucket.example'],
  usbTokens: [{ vendorId: 0x1209, productId: 0x0c1d }],
  confirmation: { default: 'none', byEmbedder: { 'https://*.bitrix24.ru': 'host' } },
  unattended: ['https://crm.example'],
  branding: { name: 'Acme', accent: '#00aa77', logo: 'brand/logo.svg' },
  locale: 'uk',
}

describe('config.json', () => {
  test('a full file is read as it stands; an empty one allows nothing', () => {
    expect(parseConfig(JSON.stringify(full))).toEqual({ ok: true, config: full })
    expect(parseConfig('{"version":1}')).toEqual({ ok: true, config: DEFAULT_CONFIG })
  })

  test('each mistake is named at its place', () => {
    expect(problems({ ...full, version: 2 })).toEqual(['/version unknown-version'])
    expect(problems({ version: 1, embeders: [] })).toEqual(['/embeders unknown-key'])
    expect(problems([])).toEqual([' not-object', '/version unknown-version'])
    expect(problems({ version: 1, tsa: ['http://tsa.example', 'x', 7], relay: 7 })).toEqual([
      '/tsa/0 not-https',
      '/tsa/1 not-url',
      '/tsa/2 not-url',
      '/relay not-url',
    ])
    expect(
      problems({
        version: 1,
        policy: { level: 'A', maxDocumentMiB: 0, maxConfigAgeHours: '1', refuse: ['content-script'] },
      }),
    ).toEqual([
      '/policy/level not-one-of',
      '/policy/maxConfigAgeHours not-number',
      '/policy/maxDocumentMiB out-of-range',
      '/policy/refuse/0 not-one-of',
    ])
    expect(
      problems({
        version: 1,
        anchors: [
          { pem: 'x', purposes: ['signing'] },
          { pem: PEM, purposes: [] },
        ],
      }),
    ).toEqual(['/anchors/0/pem not-pem', '/anchors/1/purposes not-one-of'])
    expect(problems({ version: 1, branding: { accent: 'red', logo: 'https://cdn.example/l.svg' } })).toEqual([
      '/branding/accent not-colour',
      '/branding/logo not-url',
    ])
    expect(parseConfig('{')).toMatchObject({ ok: false, problems: [{ path: '', problem: 'not-json' }] })
  })

  test('origins are exact: no path, no credentials, no plain http away from this computer, no loose wildcard', () => {
    for (const bad of [
      'https://crm.example/',
      'https://CRM.example',
      'https://u:p@crm.example',
      'crm.example',
      'https://crm.example:443',
    ])
      expect(problems({ version: 1, embedders: [bad] }), bad).toEqual(['/embedders/0 not-origin'])
    for (const bad of [
      '*',
      'https://*',
      'https://*.ru',
      'https://a*.crm.example',
      'https://x.*.example',
      'http://*.crm.example',
    ])
      expect(problems({ version: 1, embedders: [bad] }), bad).toEqual(['/embedders/0 wildcard'])
    expect(problems({ version: 1, embedders: ['http://crm.example'] })).toEqual(['/embedders/0 not-https'])
    expect(problems({ version: 1, storage: ['https://*.bucket.example'] })).toEqual(['/storage/0 wildcard'])
  })

  test('a confirmation only for listed embedders, and of a kind that exists', () => {
    expect(problems({ version: 1, confirmation: { byEmbedder: { 'https://x.example': 'host' } } })).toEqual([
      '/confirmation/byEmbedder/https://x.example not-embedder',
    ])
    expect(problems({ version: 1, confirmation: { default: 'sms' } })).toEqual(['/confirmation/default not-one-of'])
    for (const kind of ['none', 'host', 'totp', 'passkey']) {
      const parsed = parseConfig(JSON.stringify({ version: 1, confirmation: { default: kind } }))
      if (!parsed.ok) throw new Error(kind)
      // No host stands behind the standalone page: nobody there could send a code.
      expect(confirmationFor(parsed.config, undefined)).toBe(kind === 'host' ? 'none' : kind)
    }
  })

  test('signing unseen only for exact origins that may embed', () => {
    const embedders = ['https://crm.example', 'https://*.bitrix24.ru']
    const of = (unattended: unknown) => problems({ version: 1, embedders, unattended })
    expect(of(['https://crm.example', 'https://acme.bitrix24.ru'])).toEqual([])
    expect(of(['https://other.example'])).toEqual(['/unattended/0 not-embedder'])
    expect(of(['https://*.bitrix24.ru'])).toEqual(['/unattended/0 wildcard'])
    expect(of(true)).toEqual(['/unattended not-array'])
  })

  test('a wildcard stands for one whole label', () => {
    const patterns = ['https://crm.example', 'https://*.bitrix24.ru']
    expect(matchOrigin(patterns, 'https://acme.bitrix24.ru')).toBe('https://*.bitrix24.ru')
    for (const other of [
      'https://bitrix24.ru',
      'https://.bitrix24.ru',
      'https://a.b.bitrix24.ru',
      'https://evilbitrix24.ru',
      'https://acme.bitrix24.ru.evil.example',
      'http://acme.bitrix24.ru',
      'https://acme.bitrix24.ru:8443',
      'https://crm.example.evil',
      'null',
      '',
    ])
      expect(matchOrigin(patterns, other), other).toBeUndefined()
    const parsed = parseConfig(JSON.stringify(full))
    if (!parsed.ok) throw new Error('full must parse')
    expect(confirmationFor(parsed.config, 'https://*.bitrix24.ru')).toBe('host')
    expect(confirmationFor(parsed.config, undefined)).toBe('none')
  })

  test('any JSON gives a config or problems, never an exception, and what matches is never of another site', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.webUrl(), (value, url) => {
        const parsed = parseConfig(JSON.stringify({ ...full, tsa: value, policy: value }))
        expect(typeof parsed.ok).toBe('boolean')
        if (parsed.ok) expect(matchOrigin(parsed.config.embedders, new URL(url).origin)).toBeUndefined()
      }),
      { seed: 20261122, numRuns: 300 },
    )
  })
})

describe('loading', () => {
  const source = (over: Partial<ConfigSource>): ConfigSource => ({
    fetchText: () => Promise.resolve(JSON.stringify(full)),
    readLastGood: () => Promise.resolve(null),
    writeLastGood: () => Promise.resolve(),
    clock: fakeClock('2026-11-22T10:00:00Z'),
    ...over,
  })
  const offline = () => Promise.reject(new TypeError('Failed to fetch'))

  test('what was good is kept for offline', async () => {
    let kept: unknown
    const loaded = await loadConfig(source({ writeLastGood: async (copy) => void (kept = copy) }), { maxAge: true })
    expect(loaded.source).toBe('network')
    expect(kept).toEqual({ text: JSON.stringify(full), date: new Date('2026-11-22T10:00:00Z') })
  })

  test('a mistake closes both, with every problem in the details', async () => {
    const bad = source({ fetchText: () => Promise.resolve('{"version":1,"embedders":["*"]}') })
    await expect(loadConfig(bad, { maxAge: false })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { '/embedders/0': 'wildcard: "*"' },
    })
  })

  test('offline: the last good copy, with its date; the frame refuses an old one; without one, nothing', async () => {
    const text = JSON.stringify({ version: 1, policy: { maxConfigAgeHours: 2 } })
    const copy = { text, date: new Date('2026-11-22T07:00:00Z') }
    const old = source({ fetchText: offline, readLastGood: () => Promise.resolve(copy) })
    expect(await loadConfig(old, { maxAge: false })).toMatchObject({ source: 'last-good', date: copy.date })
    await expect(loadConfig(old, { maxAge: true })).rejects.toMatchObject({
      code: 'CONFIG_UNREACHABLE',
      details: { lastGood: '2026-11-22T07:00:00.000Z' },
    })
    const none = source({ fetchText: offline })
    await expect(loadConfig(none, { maxAge: false })).rejects.toMatchObject({ code: 'CONFIG_UNREACHABLE' })
  })

  test('no config.json at all: the standalone page works, nobody may embed it', async () => {
    const loaded = await loadConfig(source({ fetchText: () => Promise.resolve(null) }), { maxAge: true })
    expect(loaded).toMatchObject({ source: 'default', config: { embedders: [] } })
  })
})
