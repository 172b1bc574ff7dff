// The token and the trust around the bridge: a SoftHSM2 token with certificates of a small company CA, the TLS
// certificate of the loopback server, and an NSS database in which a browser trusts it, as Fortify's installer makes it.
import { execFileSync, fork } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/libsofthsm2.so',
]

/** Names of what is missing for the @tokens stories; empty when they can run. */
export function missing() {
  const lacks = []
  if (!existsSync(join(here, 'node_modules/node-webcrypto-p11'))) lacks.push('e2e/token packages (npm ci in e2e/token)')
  if (!MODULES.some((path) => existsSync(path))) lacks.push('softhsm2')
  for (const tool of ['softhsm2-util', 'pkcs11-tool', 'certutil', 'openssl']) {
    try {
      execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' })
    } catch {
      lacks.push(tool)
    }
  }
  return lacks
}

export const PIN = '12345678'

const KEYS = [
  { id: '0a', name: 'rsa', algorithm: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] },
  { id: '0b', name: 'p256', algorithm: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
  { id: '0c', name: 'p384', algorithm: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
]

/** Makes everything in a fresh folder. @returns paths, and `env` for whoever loads the PKCS#11 module. */
export function makeRig() {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-token-'))
  const run = (command, args, env = {}) =>
    execFileSync(command, args, {
      cwd: dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString()
  const openssl = (...args) => run('openssl', args)
  mkdirSync(join(dir, 'tokens'))
  writeFileSync(
    join(dir, 'softhsm2.conf'),
    `directories.tokendir = ${dir}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  const env = { SOFTHSM2_CONF: join(dir, 'softhsm2.conf') }
  run('softhsm2-util', ['--init-token', '--free', '--label', 'Lab', '--so-pin', '87654321', '--pin', PIN], env)
  const slot = Number(
    /slot (\d+)/.exec(run('softhsm2-util', ['--show-slots'], env).replace(/Slot (\d+)/, 'slot $1'))?.[1] ?? 0,
  )

  makeCompanyCa(dir, openssl)
  const module = MODULES.find((path) => existsSync(path))
  for (const { id, name, algorithm } of KEYS) {
    openssl('genpkey', ...algorithm, '-out', `${name}.key`)
    openssl(
      'req',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      `/C=UA/O=Lab LLC/CN=Olena Token ${name.toUpperCase()}`,
      '-out',
      `${name}.csr`,
    )
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-days',
      '365',
      '-sha256',
      '-set_serial',
      `0x${id}01`,
      '-extfile',
      'leaf.ext',
      '-out',
      `${name}.pem`,
    )
    openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', `${name}.key`, '-out', `${name}.p8`)
    run(
      'softhsm2-util',
      ['--import', `${name}.p8`, '--token', 'Lab', '--label', `Lab ${name}`, '--id', id, '--pin', PIN],
      env,
    )
    run(
      'pkcs11-tool',
      [
        '--module',
        module,
        '--token-label',
        'Lab',
        '--login',
        '--pin',
        PIN,
        '--write-object',
        `${name}.der`,
        '--type',
        'cert',
        '--id',
        id,
        '--label',
        `Lab ${name}`,
      ],
      env,
    )
    rmSync(join(dir, `${name}.key`))
    rmSync(join(dir, `${name}.p8`))
  }
  openssl('x509', '-in', 'ca.pem', '-outform', 'DER', '-out', 'ca.der')
  run(
    'pkcs11-tool',
    [
      '--module',
      module,
      '--token-label',
      'Lab',
      '--login',
      '--pin',
      PIN,
      '--write-object',
      'ca.der',
      '--type',
      'cert',
      '--id',
      'ca',
      '--label',
      'Lab CA',
    ],
    env,
  )
  makeTls(dir, openssl, run)
  return {
    dir,
    env,
    module,
    slot,
    caFile: join(dir, 'ca.pem'),
    home: join(dir, 'home'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function makeCompanyCa(dir, openssl) {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '1000',
    '-subj',
    '/C=UA/O=Lab LLC/CN=Lab CA',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  )
  writeFileSync(
    join(dir, 'leaf.ext'),
    'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
  )
}

/** As Fortify does: an own local CA, a certificate for 127.0.0.1, and the CA in the user's NSS database. */
function makeTls(dir, openssl, run) {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'tlsca.key',
    '-out',
    'tlsca.pem',
    '-days',
    '365',
    '-subj',
    '/CN=Fortify Local CA',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  )
  openssl(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'tls.key',
    '-subj',
    '/CN=127.0.0.1',
    '-out',
    'tls.csr',
  )
  writeFileSync(join(dir, 'tls.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n')
  openssl(
    'x509',
    '-req',
    '-in',
    'tls.csr',
    '-CA',
    'tlsca.pem',
    '-CAkey',
    'tlsca.key',
    '-set_serial',
    '7',
    '-days',
    '365',
    '-sha256',
    '-extfile',
    'tls.ext',
    '-out',
    'tls.pem',
  )
  const nss = join(dir, 'home/.pki/nssdb')
  mkdirSync(nss, { recursive: true })
  run('certutil', ['-d', `sql:${nss}`, '-N', '--empty-password'])
  run('certutil', ['-d', `sql:${nss}`, '-A', '-t', 'CT,c,', '-n', 'Fortify Local CA', '-i', join(dir, 'tlsca.pem')])
}

/**
 * Starts the bridge as a child process.
 *
 * @returns `order(message)` resolves when done; `events` collects what the bridge reported; `next(kind)` waits for one.
 */
export async function startBridge(rig, options = {}) {
  const child = fork(join(here, 'bridge.mjs'), {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ...rig.env,
      BRIDGE_OPTIONS: JSON.stringify({
        module: rig.module,
        certFile: join(rig.dir, 'tls.pem'),
        keyFile: join(rig.dir, 'tls.key'),
        ...options,
      }),
    },
  })
  const events = []
  const waiting = []
  child.on('message', (message) => {
    events.push(message)
    for (const entry of waiting.slice()) {
      if (!(entry.kind in message)) continue
      waiting.splice(waiting.indexOf(entry), 1)
      entry.resolve(message[entry.kind])
    }
  })
  const next = (kind) =>
    new Promise((resolve, reject) => {
      waiting.push({ kind, resolve })
      child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)))
    })
  const port = await next('ready')
  let id = 0
  return {
    port,
    events,
    next,
    async order(message) {
      const mine = ++id
      const done = new Promise((resolve) => {
        const look = (answer) => {
          if (answer.done !== mine) return
          child.off('message', look)
          resolve()
        }
        child.on('message', look)
      })
      child.send({ ...message, id: mine })
      await done
    },
    stop() {
      return new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve(null)
        child.once('exit', resolve)
        child.kill()
      })
    },
  }
}
