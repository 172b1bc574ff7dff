import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run, toolPath } from '../judges/tools.ts'
import { pemBody } from './pki.ts'

/** Key sizes with the curves that RFC 9215 names for each. */
export type GostKind = 'gost2012_256' | 'gost2012_512'

export const GOST_SETS: readonly (readonly [GostKind, string])[] = [
  ['gost2012_256', 'A'],
  ['gost2012_256', 'B'],
  ['gost2012_256', 'C'],
  ['gost2012_256', 'TCA'],
  ['gost2012_256', 'TCB'],
  ['gost2012_512', 'A'],
  ['gost2012_512', 'B'],
  ['gost2012_512', 'C'],
]

export type GostPki = Readonly<{
  at(name: string): string
  read(name: string): Uint8Array<ArrayBuffer>
  /** root -> sub -> alice, and a time-stamp authority under sub; PEM with a DER twin each. */
  certificate(name: 'root' | 'sub' | 'alice' | 'tsa'): Uint8Array<ArrayBuffer>
  /** Of sub, signed with GOST. */
  crl(): Uint8Array<ArrayBuffer>
  revoke(name: string): void
  /** Detached unless `enveloping`. @returns DER */
  sign(content: Uint8Array, options?: Readonly<{ enveloping?: boolean }>): Uint8Array<ArrayBuffer>
  /** OpenSSL's own verdict: the signature, its attributes and the chain to root. */
  accepts(signature: Uint8Array, content: Uint8Array | null): boolean
  /** A token of `tsa` over a query (DER). */
  timeStamp(query: Uint8Array): Uint8Array<ArrayBuffer>
}>

const CONFIG = (folder: string, digest: string): string => `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[sub]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[alice]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
crlDistributionPoints = URI:http://gost.test/sub.crl
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = default
[default]
database = ${folder}/index.txt
crlnumber = ${folder}/crlnumber
default_md = ${digest}
default_crl_days = 30
[tsa_config]
serial = ${folder}/tsa.serial
signer_digest = ${digest}
default_policy = 1.2.3.4.1
digests = ${digest}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

/** Everything signed with GOST R 34.10-2012 over Streebog of the same size, by OpenSSL's engine. Made anew each run. */
export function makeGostPki(kind: GostKind, set: string, name = 'pki'): GostPki {
  const folder = resolve('.cache/interop/gost', `${kind}-${set}-${name}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const at = (name: string): string => join(folder, name)
  const read = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(at(name)))
  const digest = kind === 'gost2012_256' ? 'md_gost12_256' : 'md_gost12_512'
  const attempt = (...args: string[]): ReturnType<typeof run> => {
    const [command = '', ...rest] = args
    return run(toolPath('openssl'), [command, '-engine', 'gost', ...rest])
  }
  const openssl = (...args: string[]): void => {
    const done = attempt(...args)
    if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}\n${done.err}`)
  }
  const config = ['-config', at('openssl.cnf')]
  writeFileSync(at('openssl.cnf'), CONFIG(folder, digest))
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('crlnumber'), '01\n')
  writeFileSync(at('tsa.serial'), '01\n')
  const issue = (name: string, issuer: string | null): void => {
    openssl('genpkey', '-algorithm', kind, '-pkeyopt', `paramset:${set}`, '-out', at(`${name}.key`))
    const request = ['-new', '-key', at(`${name}.key`), '-subj', `/C=RU/O=GOST/CN=${name}`, `-${digest}`]
    openssl('req', ...config, ...request, '-out', at(`${name}.csr`))
    const by = issuer
      ? ['-CA', at(`${issuer}.pem`), '-CAkey', at(`${issuer}.key`), '-CAcreateserial']
      : ['-signkey', at(`${name}.key`)]
    const extensions = ['-extfile', at('openssl.cnf'), '-extensions', name]
    openssl(
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      ...by,
      `-${digest}`,
      '-days',
      '300',
      ...extensions,
      '-out',
      at(`${name}.pem`),
    )
    openssl('x509', '-in', at(`${name}.pem`), '-outform', 'DER', '-out', at(`${name}.der`))
  }
  issue('root', null)
  issue('sub', 'root')
  issue('alice', 'sub')
  issue('tsa', 'sub')
  const authority = ['-cert', at('sub.pem'), '-keyfile', at('sub.key')]
  return {
    at,
    read,
    certificate: (name) => read(`${name}.der`),
    crl() {
      openssl('ca', ...config, ...authority, '-gencrl', '-out', at('crl.pem'))
      return Uint8Array.from(pemBody(at('crl.pem')))
    },
    revoke: (name) => openssl('ca', ...config, ...authority, '-revoke', at(`${name}.pem`)),
    sign(content, { enveloping = false } = {}) {
      writeFileSync(at('content'), content)
      const files = [
        '-in',
        at('content'),
        '-signer',
        at('alice.pem'),
        '-inkey',
        at('alice.key'),
        '-certfile',
        at('sub.pem'),
      ]
      const kindOf = enveloping ? ['-nodetach'] : []
      openssl(
        'cms',
        '-sign',
        '-cades',
        '-binary',
        '-md',
        digest,
        ...kindOf,
        ...files,
        '-outform',
        'DER',
        '-out',
        at('signed.p7s'),
      )
      return read('signed.p7s')
    },
    accepts(signature, content) {
      writeFileSync(at('judged.p7s'), signature)
      if (content) writeFileSync(at('judged'), content)
      const args = [
        '-verify',
        '-cades',
        '-binary',
        '-inform',
        'DER',
        '-in',
        at('judged.p7s'),
        '-CAfile',
        at('root.pem'),
      ]
      return attempt('cms', ...args, ...(content ? ['-content', at('judged')] : []), '-out', at('out')).status === 0
    },
    timeStamp(query) {
      writeFileSync(at('query.tsq'), query)
      const files = [
        '-queryfile',
        at('query.tsq'),
        '-signer',
        at('tsa.pem'),
        '-inkey',
        at('tsa.key'),
        '-chain',
        at('sub.pem'),
      ]
      openssl('ts', '-reply', ...config, '-section', 'tsa_config', ...files, '-token_out', '-out', at('token.tst'))
      return read('token.tst')
    },
  }
}
