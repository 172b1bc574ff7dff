/** A certification authority, OCSP responder and time-stamp authority run by OpenSSL: what others write, for our readers. Node only. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignError } from '../core/errors.ts'
import type { Network } from '../core/ports.ts'
import { parseCertificate } from '../core/x509/certificate.ts'
import { testEngine } from './engines.ts'
import type { TestParty } from './pki.ts'
import { inFolder } from './tools.ts'

const CONFIG = `
[ca]
default_ca = sub
[root]
database = ./root.txt
crlnumber = ./root.number
certificate = ./root.pem
private_key = ./root.key
new_certs_dir = ./certs
default_md = sha256
policy = anything
unique_subject = no
default_crl_days = 30
crl_extensions = crl
rand_serial = yes
[sub]
database = ./sub.txt
crlnumber = ./sub.number
certificate = ./sub.pem
private_key = ./sub.key
new_certs_dir = ./certs
default_md = sha256
policy = anything
unique_subject = no
default_crl_days = 7
crl_extensions = crl
rand_serial = yes
[anything]
commonName = supplied
organizationName = optional
countryName = optional
[req]
distinguished_name = empty
[empty]
[crl]
authorityKeyIdentifier = keyid:always
[x_root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[x_sub]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = URI:http://pki.test/root.crl
authorityInfoAccess = caIssuers;URI:http://pki.test/root.cer
[x_signer]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = URI:http://pki.test/sub.crl
authorityInfoAccess = OCSP;URI:http://pki.test/ocsp,caIssuers;URI:http://pki.test/sub.cer
[x_tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = URI:http://pki.test/sub.crl
authorityInfoAccess = OCSP;URI:http://pki.test/ocsp
[x_loose_tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping,emailProtection
authorityKeyIdentifier = keyid:always
[x_ocsp]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = keyid:always
noCheck = ignored
[x_checked_ocsp]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = keyid:always
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = ./tsa.serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

type Section = 'x_signer' | 'x_tsa' | 'x_loose_tsa' | 'x_ocsp' | 'x_checked_ocsp'

export type OpenSslPki = Readonly<{
  folder: string
  /** DER of 'root', 'sub' or what was issued. */
  certificate(name: string): Uint8Array
  /** PKCS#8, DER. */
  key(name: string): Uint8Array
  /** Issued by 'sub' unless another authority is named. P-256. */
  issue(name: string, section: Section, options?: Readonly<{ issuer?: 'root' | 'sub'; days?: number }>): Uint8Array
  revoke(name: string, reason: string): void
  crl(issuer?: 'root' | 'sub'): Uint8Array
  /** Answers a request (DER) as `responder` (an issued name, or 'sub' itself). */
  ocsp(request: Uint8Array, responder: string, args?: readonly string[]): Uint8Array
  /** Answers a time-stamp query (DER) as `authority`. */
  timeStamp(query: Uint8Array, authority: string): Uint8Array
  /** Runs openssl in the folder. */
  openssl(...args: readonly string[]): string
}>

/** root -> sub, two years; gone when the body ends. */
export function withOpenSslPki<T>(body: (pki: OpenSslPki) => Promise<T>): Promise<T> {
  return inFolder((folder) => body(createPki(folder)))
}

/** Certificates began yesterday: some judges take no revocation data that is older than the certificate. */
function yesterday(): string {
  const time = new Date(new Date().getTime() - 86_400_000).toISOString()
  return `${time.replace(/[-:T]|\..*/g, '')}Z`
}

function createPki(folder: string): OpenSslPki {
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): string =>
    execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 })
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)))
  writeFileSync(at('openssl.cnf'), CONFIG)
  mkdirSync(at('certs'))
  for (const name of ['root.txt', 'sub.txt']) writeFileSync(at(name), '')
  for (const name of ['root.number', 'sub.number', 'tsa.serial']) writeFileSync(at(name), '01\n')
  const newKey = (name: string): void => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
  }
  const sign = (name: string, issuer: string, section: string, days: number): void => {
    newKey(name)
    const subject = `/C=RU/O=Test/CN=${name}`
    openssl('req', '-config', 'openssl.cnf', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
    const base = ['ca', '-config', 'openssl.cnf', '-batch', '-notext', '-name', issuer, '-extensions', section]
    openssl(...base, '-startdate', yesterday(), '-days', String(days), '-in', `${name}.csr`, '-out', `${name}.pem`)
  }
  newKey('root')
  const subject = '/C=RU/O=Test/CN=root'
  openssl('req', '-config', 'openssl.cnf', '-new', '-key', 'root.key', '-subj', subject, '-out', 'root.csr')
  const self = [
    'ca',
    '-config',
    'openssl.cnf',
    '-batch',
    '-notext',
    '-name',
    'root',
    '-selfsign',
    '-extensions',
    'x_root',
  ]
  openssl(...self, '-startdate', yesterday(), '-days', '3650', '-in', 'root.csr', '-out', 'root.pem')
  sign('sub', 'root', 'x_sub', 1800)
  const known = new Map<string, Uint8Array>()
  const der = (name: string): Uint8Array => {
    const before = known.get(name)
    if (before) return before
    openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
    const bytes = read(`${name}.der`)
    known.set(name, bytes)
    return bytes
  }
  return {
    folder,
    openssl,
    certificate: der,
    key(name) {
      openssl('pkcs8', '-topk8', '-nocrypt', '-in', `${name}.key`, '-outform', 'DER', '-out', `${name}.p8`)
      return read(`${name}.p8`)
    },
    issue(name, section, { issuer = 'sub', days = 700 } = {}) {
      sign(name, issuer, section, days)
      return der(name)
    },
    revoke(name, reason) {
      openssl('ca', '-config', 'openssl.cnf', '-name', 'sub', '-revoke', `${name}.pem`, '-crl_reason', reason)
    },
    crl(issuer = 'sub') {
      openssl('ca', '-config', 'openssl.cnf', '-name', issuer, '-gencrl', '-out', `${issuer}.crl.pem`)
      openssl('crl', '-in', `${issuer}.crl.pem`, '-outform', 'DER', '-out', `${issuer}.crl`)
      return read(`${issuer}.crl`)
    },
    ocsp(request, responder, args = []) {
      writeFileSync(at('ocsp.req'), request)
      const signer = ['-rsigner', `${responder}.pem`, '-rkey', `${responder}.key`]
      const base = [
        'ocsp',
        '-index',
        'sub.txt',
        '-CA',
        'sub.pem',
        ...signer,
        '-reqin',
        'ocsp.req',
        '-respout',
        'ocsp.resp',
      ]
      openssl(...base, '-ndays', '7', ...args)
      return read('ocsp.resp')
    },
    timeStamp(query, authority) {
      writeFileSync(at('query.tsq'), query)
      const base = ['ts', '-reply', '-config', 'openssl.cnf', '-section', 'tsa_config', '-queryfile', 'query.tsq']
      openssl(...base, '-signer', `${authority}.pem`, '-inkey', `${authority}.key`, '-out', 'reply.tsr')
      return read('reply.tsr')
    },
  }
}

/** The network of this PKI: what its certificates point to, and a time-stamp authority at https://tsa.test/. */
export function networkOf(pki: OpenSslPki, authority = 'tsa'): Network & { asked: string[] } {
  const asked: string[] = []
  const files: Readonly<Record<string, () => Uint8Array>> = {
    'http://pki.test/sub.cer': () => pki.certificate('sub'),
    'http://pki.test/root.cer': () => pki.certificate('root'),
    'http://pki.test/root.crl': () => pki.crl('root'),
    'http://pki.test/sub.crl': () => pki.crl('sub'),
  }
  const refuse = (): Promise<Uint8Array> => Promise.reject(new SignError('NETWORK_STATUS', '404'))
  return {
    asked,
    get(url) {
      asked.push(url)
      const file = files[url]
      return file ? Promise.resolve(file()) : refuse()
    },
    post(url, body) {
      asked.push(url)
      if (url === 'https://tsa.test/') return Promise.resolve(pki.timeStamp(body, authority))
      return url === 'http://pki.test/ocsp' ? Promise.resolve(pki.ocsp(body, 'sub')) : refuse()
    },
  }
}

/** An issued P-256 signer as a key provider would hand it out. */
export async function partyOf(
  pki: OpenSslPki,
  name: string,
): Promise<Pick<TestParty, 'key' | 'certificate' | 'chain'>> {
  const mechanism = { signature: 'ECDSA-P256', digest: 'SHA-256' } as const
  const { subtle } = testEngine
  const parameters = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await subtle.importKey('pkcs8', Uint8Array.from(pki.key(name)), parameters, false, ['sign'])
  const certificate = pki.certificate(name)
  const sign = async (data: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Uint8Array.from(data)))
  const { spki } = parseCertificate(certificate)
  return { key: { mechanism, spki, sign }, certificate, chain: [pki.certificate('sub'), pki.certificate('root')] }
}
