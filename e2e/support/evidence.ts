import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { embedPades } from '../../src/core/formats/pades/embed.ts'
import { extendPades } from '../../src/core/formats/pades/extend.ts'
import { preparePades } from '../../src/core/formats/pades/prepare.ts'
import type { SignatureLevel } from '../../src/core/formats/format.ts'
import type { Ports } from '../../src/core/ports.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { testEngine } from '../../src/testing/engines.ts'
import { networkOf, partyOf, withOpenSslPki, type OpenSslPki } from '../../src/testing/openssl-pki.ts'
import { signerInfoOf, type TestParty } from '../../src/testing/pki.ts'
import { testRandom } from '../../src/testing/ports.ts'

/** A contract signed by Alice, whose certificate is revoked afterwards, and what an authority says of her at each time. OpenSSL is the authority. */
export type Evidence = Readonly<{
  root: Uint8Array
  /** B-B: nothing in the file says when, or whether a certificate was revoked. */
  plain: Uint8Array
  /** B-T: a time-stamp from before the revocation. */
  stamped: Uint8Array
  /** B-LTA: all evidence is in the file. */
  complete: Uint8Array
  /** Of the root: that the issuing authority was not revoked. */
  rootCrl: Uint8Array
  good: Readonly<{ crl: Uint8Array; ocsp: Uint8Array }>
  revoking: Readonly<{ crl: Uint8Array; ocsp: Uint8Array }>
}>

const ports: Ports = { clock: systemClock, random: testRandom, engine: testEngine }

async function signed(pki: OpenSslPki, party: TestParty, level: SignatureLevel): Promise<Uint8Array> {
  const blob = new Blob([readFileSync('public/samples/contract.pdf')])
  const signers = [{ signer: signerInfoOf(party), mechanism: party.key.mechanism }]
  const prepared = await preparePades({ files: [{ name: 'contract.pdf', blob }], signers, level, options: {} }, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
  const file = await embedPades(prepared, values, ports)
  const network = networkOf(pki)
  const authority = { url: 'https://tsa.test/' }
  const raised = level === 'B-B' ? file : await extendPades(file, level, { ...ports, network }, { authority })
  return new Uint8Array(await raised.blob.arrayBuffer())
}

function answers(pki: OpenSslPki): Evidence['good'] {
  pki.openssl('ocsp', '-issuer', 'sub.pem', '-cert', 'alice.pem', '-no_nonce', '-reqout', 'alice.req')
  const request = new Uint8Array(readFileSync(`${pki.folder}/alice.req`))
  return { crl: pki.crl('sub'), ocsp: pki.ocsp(request, 'sub') }
}

export function makeEvidence(): Promise<Evidence> {
  return withOpenSslPki(async (pki) => {
    pki.issue('alice', 'x_signer')
    pki.issue('tsa', 'x_tsa')
    const party = (await partyOf(pki, 'alice')) as TestParty
    const files = {
      plain: await signed(pki, party, 'B-B'),
      stamped: await signed(pki, party, 'B-T'),
      complete: await signed(pki, party, 'B-LTA'),
    }
    const good = answers(pki)
    // Times have whole seconds: the revocation must be later than the time-stamps.
    await sleep(2100)
    pki.revoke('alice', 'keyCompromise')
    return { ...files, root: pki.certificate('root'), rootCrl: pki.crl('root'), good, revoking: answers(pki) }
  })
}
