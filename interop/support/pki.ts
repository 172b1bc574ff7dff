import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run, toolPath, type Tool } from '../judges/tools.ts'

/** The key kinds that the product signs with. */
export const KEY_KINDS = [
  'P-256',
  'P-384',
  'P-521',
  'RSA-2048',
  'RSA-3072',
  'Ed25519',
  'ML-DSA-44',
  'ML-DSA-65',
  'ML-DSA-87',
] as const

export type KeyKind = (typeof KEY_KINDS)[number]

/** Paths of one signer: PEM key (PKCS#8), PEM certificate, DER certificate. */
export type Signer = { kind: KeyKind; key: string; certificate: string; der: string }

export type Pki = { root: string; rootDer: string; crl: string; signer(kind: KeyKind): Signer }

const GENERATE: Record<KeyKind, { tool: Tool; args: string[] }> = {
  'P-256': { tool: 'openssl', args: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
  'P-384': { tool: 'openssl', args: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
  'P-521': { tool: 'openssl', args: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'] },
  'RSA-2048': { tool: 'openssl', args: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'] },
  'RSA-3072': { tool: 'openssl', args: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'] },
  Ed25519: { tool: 'openssl', args: ['-algorithm', 'ED25519'] },
  'ML-DSA-44': { tool: 'openssl-3.5', args: ['-algorithm', 'ML-DSA-44'] },
  'ML-DSA-65': { tool: 'openssl-3.5', args: ['-algorithm', 'ML-DSA-65'] },
  'ML-DSA-87': { tool: 'openssl-3.5', args: ['-algorithm', 'ML-DSA-87'] },
}

const CONFIG = (folder: string): string => `
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ca]
default_ca = default
[default]
database = ${folder}/index.txt
crlnumber = ${folder}/crlnumber
default_md = sha256
default_crl_days = 30
`

function must(tool: Tool, args: readonly string[]): void {
  const done = run(toolPath(tool), args)
  if (done.status !== 0) throw new Error(`${tool} ${args.join(' ')}\n${done.err}`)
}

/** Certificates began yesterday: DSS takes no CRL that is older than the certificate. */
function period(days: number): string[] {
  const day = 86_400_000
  const text = (time: number): string => `${new Date(time).toISOString().replace(/[-:T]|\..*/g, '')}Z`
  return ['-not_before', text(Date.now() - day), '-not_after', text(Date.now() + days * day)]
}

/** A root, its CRL, and a signer of each kind made when first asked for. Made anew each run: everything is valid today. */
export function makePki(name: string): Pki {
  const folder = resolve('.cache/interop/pki', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const at = (file: string): string => join(folder, file)
  writeFileSync(at('openssl.cnf'), CONFIG(folder))
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('crlnumber'), '01\n')
  const config = ['-config', at('openssl.cnf')]
  must('openssl', ['genpkey', ...GENERATE['P-256'].args, '-out', at('root.key')])
  const subject = '/C=UA/O=Countersign interop/CN=Interop root'
  must('openssl-3.5', [
    'req',
    '-x509',
    '-new',
    '-key',
    at('root.key'),
    '-subj',
    subject,
    ...period(3650),
    '-extensions',
    'root',
    '-out',
    at('root.pem'),
    ...config,
  ])
  must('openssl', ['x509', '-in', at('root.pem'), '-outform', 'DER', '-out', at('root.der')])
  must('openssl', [
    'ca',
    '-gencrl',
    '-cert',
    at('root.pem'),
    '-keyfile',
    at('root.key'),
    '-out',
    at('crl.pem'),
    ...config,
  ])
  must('openssl', ['crl', '-in', at('crl.pem'), '-outform', 'DER', '-out', at('crl.der')])
  const made = new Map<KeyKind, Signer>()
  return {
    root: at('root.pem'),
    rootDer: at('root.der'),
    crl: at('crl.der'),
    signer(kind) {
      const known = made.get(kind)
      if (known) return known
      const signer = { kind, key: at(`${kind}.key`), certificate: at(`${kind}.pem`), der: at(`${kind}.der`) }
      const { tool, args } = GENERATE[kind]
      must(tool, ['genpkey', ...args, '-out', signer.key])
      const request = at(`${kind}.csr`)
      const who = `/C=UA/O=Countersign interop/CN=Signer ${kind}`
      must(tool, ['req', '-new', '-key', signer.key, '-subj', who, '-out', request, ...config])
      must('openssl-3.5', [
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        at('root.pem'),
        '-CAkey',
        at('root.key'),
        ...period(365),
        '-extfile',
        at('openssl.cnf'),
        '-extensions',
        'leaf',
        '-out',
        signer.certificate,
      ])
      must(tool, ['x509', '-in', signer.certificate, '-outform', 'DER', '-out', signer.der])
      made.set(kind, signer)
      return signer
    },
  }
}

/** The PKCS#8 DER inside a PEM file. */
export function pemBody(path: string): Uint8Array<ArrayBuffer> {
  const base64 = readFileSync(path, 'utf8').replace(/-----[^-]+-----|\s/g, '')
  return new Uint8Array(Buffer.from(base64, 'base64'))
}
