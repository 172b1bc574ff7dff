// The token side judged by others: our PIV card by OpenSC over PC/SC, our Fortify provider against the bridge and SoftHSM2.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertIntoVpcd, makeCard } from '../../e2e/token/piv-card.mjs'
import { makeRig, missing, startBridge, type Bridge, type Rig } from '../../e2e/token/rig.mjs'
import type { FortifyClient } from '../../src/providers/fortify/client.ts'
import { fortifyProvider } from '../../src/providers/fortify/fortify-provider.ts'
import { providerContract } from '../../src/providers/provider.contract.ts'

const CI = process.env['CI'] === 'true'
const has = (command: string): boolean => spawnSync('sh', ['-c', 'command -v "$0"', command]).status === 0
const OPENSC = ['/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so', '/usr/lib/opensc-pkcs11.so'].find(existsSync)
const needed = [
  ...['pcscd', 'pkcs11-tool', 'opensc-tool', 'openssl'].filter((command) => !has(command)),
  ...(existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so') ? [] : ['vsmartcard-vpcd']),
  ...(OPENSC ? [] : ['opensc-pkcs11']),
]

describe.skipIf(needed.length > 0 && !CI)(
  `PIV card by OpenSC over PC/SC (needs ${needed.join(', ') || 'nothing'})`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'piv-card-'))
    let daemon: ChildProcess
    let takeOut = (): void => undefined

    beforeAll(async () => {
      expect(needed, 'in CI all of these must be there').toEqual([])
      const make = (name: string, args: string[]) => {
        const files = ['-keyout', `${folder}/${name}.key`, '-out', `${folder}/${name}.pem`]
        execFileSync('openssl', ['req', '-x509', ...args, '-nodes', '-days', '30', '-subj', `/CN=${name}`, ...files], {
          stdio: 'ignore',
        })
        return {
          pem: readFileSync(`${folder}/${name}.pem`, 'utf8'),
          key: readFileSync(`${folder}/${name}.key`, 'utf8'),
        }
      }
      daemon = spawn('pcscd', ['-f'], { stdio: 'ignore' })
      const card = makeCard({
        0x9c: make('rsa', ['-newkey', 'rsa:2048']),
        0x9a: make('p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']),
      })
      for (let tries = 0; ; tries++) {
        try {
          takeOut = await insertIntoVpcd(card)
          break
        } catch (error) {
          if (tries === 50) throw error
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 1500))
    })
    afterAll(() => {
      takeOut()
      daemon.kill()
      rmSync(folder, { recursive: true, force: true })
    })

    // The card answers from this process, so nothing here may block it.
    const openSc = (command: string, args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const child = spawn(command, args)
        let text = ''
        child.stdout.on('data', (data: Buffer) => (text += data.toString()))
        child.stderr.on('data', (data: Buffer) => (text += data.toString()))
        child.on('close', () => resolve(text))
      })

    test('is a Personal Identity Verification card', async () => {
      expect(await openSc('opensc-tool', ['-n'])).toContain('Personal Identity Verification Card')
    })

    test.each([
      ['02', 'SHA256-RSA-PKCS', 'rsa'],
      ['01', 'ECDSA-SHA256', 'p256'],
    ])('key %s signs by %s and OpenSSL verifies', async (id, mechanism, name) => {
      const data = join(folder, 'data')
      const signature = join(folder, `${name}.sig`)
      writeFileSync(data, 'what is signed')
      const format = name === 'p256' ? ['--signature-format', 'openssl'] : []
      const args = [
        '--sign',
        '--id',
        id,
        '-m',
        mechanism,
        '--login',
        '--pin',
        '123456',
        '-i',
        data,
        '-o',
        signature,
        ...format,
      ]
      const text = await openSc('pkcs11-tool', ['--module', OPENSC ?? '', ...args])
      expect(existsSync(signature), text).toBe(true)
      const key = join(folder, `${name}.pub`)
      writeFileSync(key, execFileSync('openssl', ['x509', '-in', join(folder, `${name}.pem`), '-pubkey', '-noout']))
      expect(
        execFileSync('openssl', ['dgst', '-sha256', '-verify', key, '-signature', signature, data]).toString(),
      ).toContain('OK')
    })
  },
)

const lacks = missing()

type SocketProvider = {
  connect(address: string): SocketProvider
  on(event: string, listener: (value: { error?: unknown }) => void): SocketProvider
  challenge(): Promise<string>
  isLoggedIn(): Promise<boolean>
  login(): Promise<void>
  close(): void
  info(): Promise<{ providers: Awaited<ReturnType<FortifyClient['getProviders']>> }>
  getCrypto(id: string): ReturnType<FortifyClient['getProviderById']>
}

/** client-core needs a window; the socket library below it has a body for Node that speaks the same frames. */
async function nodeClient(): Promise<FortifyClient> {
  const library = (await import('@webcrypto-local/client')) as unknown as {
    SocketProvider: new (options: object) => SocketProvider
    MemoryStorage: new () => object
    setEngine(name: string, crypto: Crypto): void
  }
  library.setEngine('node', globalThis.crypto)
  const server = new library.SocketProvider({ storage: new library.MemoryStorage() })
  return {
    start: () =>
      new Promise((resolve, reject) => {
        server
          .connect('127.0.0.1:31337')
          .on('error', ({ error }) => reject(error instanceof Error ? error : new Error('connection_not_detected')))
          .on('listening', () => resolve())
      }),
    challenge: async () => ((await server.isLoggedIn()) ? undefined : server.challenge()),
    login: () => server.login(),
    finish: () => server.close(),
    getProviders: async () => (await server.info()).providers,
    getProviderById: (id) => server.getCrypto(id),
  }
}

describe.skipIf(lacks.length > 0 && !CI)(
  `Fortify provider against the bridge (needs ${lacks.join(', ') || 'nothing'})`,
  () => {
    let rig: Rig
    let bridge: Bridge
    const secure = process.env['NODE_TLS_REJECT_UNAUTHORIZED']

    beforeAll(async () => {
      expect(lacks, 'in CI all of these must be there').toEqual([])
      rig = makeRig()
      bridge = await startBridge(rig)
      // The trust of the loopback certificate is the browser stories' matter.
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    })
    afterAll(async () => {
      if (secure === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = secure
      await bridge.stop()
      rig.remove()
    })

    const prompt = {
      secret: () => Promise.resolve(null),
      showCode: () => new Promise<never>(() => undefined),
    }
    const one = fortifyProvider({ prompt, load: nodeClient })
    providerContract('Fortify with SoftHSM2', { provider: () => Promise.resolve(one) })

    test('a bridge that never answers is given up with a code', async () => {
      const silent: FortifyClient = { ...(await nodeClient()), start: () => new Promise(() => undefined) }
      const provider = fortifyProvider({ prompt, load: () => Promise.resolve(silent) })
      await expect(provider.keys(new AbortController().signal)).rejects.toMatchObject({ code: 'KEY_TIMEOUT' })
    })
  },
)
