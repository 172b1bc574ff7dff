// B-T, B-LT and B-LTA of ours before others: DSS must call each level what we claim and pass it without network, since all that it needs is in
// the file; pyHanko and OpenSSL must still find every signature intact. Tampered twins fail. OpenSSL is the CA, responder and authority.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { extendCades } from '../src/core/formats/cades/extend.ts'
import { embedCades, prepareCades } from '../src/core/formats/cades/sign.ts'
import type { SignatureLevel, SignedFile } from '../src/core/formats/format.ts'
import { embedPades } from '../src/core/formats/pades/embed.ts'
import { extendPades } from '../src/core/formats/pades/extend.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import { networkOf, partyOf, withOpenSslPki, type OpenSslPki } from '../src/testing/openssl-pki.ts'
import { signerInfoOf, type TestParty } from '../src/testing/pki.ts'
import { dss, type DssSignature } from './judges/dss.ts'
import { opensslCms, opensslPdf } from './judges/openssl.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { qpdfCheck } from './judges/qpdf.ts'
import { describeWith } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { ports } from './support/sign.ts'
import { findText, flipByte } from './support/tamper.ts'

const authority = { url: 'https://tsa.test/' }
const LEVELS: readonly SignatureLevel[] = ['B-T', 'B-LT', 'B-LTA']

const requestOf = (party: TestParty, name: string, blob: Blob, level: SignatureLevel = 'B-B') => ({
  files: [{ name, blob }],
  signers: [{ signer: signerInfoOf(party), mechanism: party.key.mechanism }],
  level,
  options: {},
})

async function partyIn(pki: OpenSslPki): Promise<TestParty> {
  pki.issue('alice', 'x_signer')
  pki.issue('tsa', 'x_tsa')
  return (await partyOf(pki, 'alice')) as TestParty
}

async function save(pki: OpenSslPki, name: string, file: SignedFile): Promise<Case> {
  const path = join(pki.folder, name)
  writeFileSync(path, new Uint8Array(await file.blob.arrayBuffer()))
  // B-T keeps no revocation data, and a token need not bring its chain: what a verifier fetches is handed over.
  writeFileSync(join(pki.folder, 'sub.crl'), pki.crl('sub'))
  writeFileSync(join(pki.folder, 'root.crl'), pki.crl('root'))
  const crls = name.startsWith('B-T') ? ['sub.crl', 'root.crl'].map((crl) => join(pki.folder, crl)) : []
  return { file: path, trusted: [join(pki.folder, 'root.pem')], intermediates: [join(pki.folder, 'sub.pem')], crls }
}

/** What DSS complains of beside what a B level lacks by its nature: nothing may be left. */
function unexplained(signature: DssSignature | undefined, level: SignatureLevel): string[] {
  const known = level === 'B-LTA' ? [] : ['ARCH_LTAIVMP_ANS']
  const all = [...(signature?.errors ?? ['no signature']), ...(signature?.warnings ?? [])]
  return all.filter((text) => !known.some((key) => text.startsWith(key)))
}

describeWith(['dss', 'pyhanko', 'openssl', 'pdfsig', 'qpdf'], 'long-term levels before the judges', () => {
  test.each(LEVELS)('CAdES-%s', (level) =>
    withOpenSslPki(async (pki) => {
      const party = await partyIn(pki)
      const blob = new Blob(['An offer that must hold for years.\n'])
      const prepared = await prepareCades(requestOf(party, 'offer.txt', blob), ports)
      const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
      const base = await embedCades(prepared, values, ports)
      const file = await extendCades(base, level, { ...ports, network: networkOf(pki) }, { authority, content: blob })
      const content = join(pki.folder, 'offer.txt')
      writeFileSync(content, new Uint8Array(await blob.arrayBuffer()))
      const one = { ...(await save(pki, `${level}.p7s`, file)), contents: [content] }
      const verdict = await dss(one)
      const [signature] = verdict.answer.signatures
      expect(signature?.level, verdict.why).toBe(`CAdES-BASELINE-${level.slice(2)}`)
      expect(unexplained(signature, level), verdict.why).toEqual([])
      expect(signature?.indication, verdict.why).toBe('TOTAL_PASSED')
      expect(
        signature?.timestamps.every((text) => text.startsWith('PASSED')),
        verdict.why,
      ).toBe(true)
      for (const other of [opensslCms('openssl', one), await pyhanko(one)]) {
        expect(other, other.why).toMatchObject({ intact: true, accepts: true })
      }
      const twin = { ...one, contents: [flipByte(content, join(pki.folder, 'other.txt'), 3)] }
      for (const other of [opensslCms('openssl', twin), await pyhanko(twin), await dss(twin)]) {
        expect(other, other.why).toMatchObject({ accepts: false })
      }
    }),
  )

  // With room the time-stamp stands within the signature; without, a document time-stamp behind it proves its time.
  const cases = LEVELS.flatMap((level) => [true, false].map((room) => ({ level, room })))

  test.each(cases)('PAdES-$level, room for the time-stamp: $room', ({ level, room }) =>
    withOpenSslPki(async (pki) => {
      const party = await partyIn(pki)
      const blob = new Blob([readFileSync('public/samples/contract.pdf')])
      const prepared = await preparePades(requestOf(party, 'contract.pdf', blob, room ? level : 'B-B'), ports)
      const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
      const base = await embedPades(prepared, values, ports)
      const file = await extendPades(base, level, { ...ports, network: networkOf(pki) }, { authority })
      const one = await save(pki, `${level}.pdf`, file)
      const verdict = await dss(one)
      const [signature] = verdict.answer.signatures
      expect(signature?.level, verdict.why).toBe(`PAdES-BASELINE-${level.slice(2)}`)
      expect(unexplained(signature, level), verdict.why).toEqual([])
      expect(signature?.indication, verdict.why).toBe('TOTAL_PASSED')
      expect(signature?.pdf).toMatchObject({ undefinedChanges: false, annotationOverlap: [], pageDifference: [] })
      const hanko = await pyhanko(one)
      expect(hanko, hanko.why).toMatchObject({ intact: true, accepts: true, signatures: 1 })
      expect(['NONE', 'LTA_UPDATES']).toContain(hanko.answer.signatures[0]?.modifications)
      expect(hanko.answer.documentTimestamps).toBe((level === 'B-LTA' ? 1 : 0) + (room ? 0 : 1))
      expect(opensslPdf('openssl', one).signatures).toBeGreaterThanOrEqual(1)
      expect(pdfsig(one)).toMatchObject({ wholeDocument: level !== 'B-LT' })
      expect(qpdfCheck(one.file)).toMatchObject({ clean: true })
      const bad = { ...one, file: flipByte(one.file, join(pki.folder, 'bad.pdf'), findText(one.file, '/MediaBox') + 1) }
      for (const other of [pdfsig(bad), await pyhanko(bad), await dss(bad)]) {
        expect(other, other.why).toMatchObject({ accepts: false })
      }
    }),
  )
})
