// Our B-T, B-LT and B-LTA, CAdES and PAdES, with chain, OCSP, CRL and time-stamps of OpenSSL: judged offline by DSS and pyHanko from what the
// signature itself keeps, each with a tampered twin.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { extendingOf } from '../src/core/formats/registry.ts'
import { embedCades, prepareCades } from '../src/core/formats/cades/sign.ts'
import type {
  PreparedSignature,
  SignatureLevel,
  SignedFile,
  SignRequest,
  SourceFile,
} from '../src/core/formats/format.ts'
import { embedPades } from '../src/core/formats/pades/embed.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import type { Ports } from '../src/core/ports.ts'
import { networkOf, partyOf, withOpenSslPki, type OpenSslPki } from '../src/testing/openssl-pki.ts'
import { signerInfoOf, type TestParty } from '../src/testing/pki.ts'
import { dss } from './judges/dss.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { describeWith } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { ports } from './support/sign.ts'
import { flipByte } from './support/tamper.ts'

const LEVELS = ['B-T', 'B-LT', 'B-LTA'] as const
const DSS_NAMES = { 'B-B': 'B', 'B-T': 'T', 'B-LT': 'LT', 'B-LTA': 'LTA' } as const
const authority = { url: 'https://tsa.test/' }

type Half<S> = {
  prepare(request: SignRequest<object>, ports: Ports): Promise<PreparedSignature<S>>
  embed(prepared: PreparedSignature<S>, values: readonly Uint8Array[], ports: Ports): Promise<SignedFile>
}

async function signAt<S>(pki: OpenSslPki, half: Half<S>, file: SourceFile, level: SignatureLevel): Promise<SignedFile> {
  const party = await partyOf(pki, 'alice')
  const signers = [{ signer: signerInfoOf(party as TestParty), mechanism: party.key.mechanism }]
  const request = {
    files: [file],
    signers,
    level: half.embed === (embedCades as unknown) ? 'B-B' : level,
    options: {},
  } as const
  const prepared = await half.prepare(request, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
  const signed = await half.embed(prepared, values, ports)
  const extend = await extendingOf(prepared.format)
  return extend(signed, level, { ...ports, network: networkOf(pki) }, { authority, content: file.blob })
}

async function write(pki: OpenSslPki, name: string, file: SignedFile): Promise<string> {
  const path = join(pki.folder, name)
  writeFileSync(path, new Uint8Array(await file.blob.arrayBuffer()))
  return path
}

describeWith(['openssl', 'pyhanko', 'dss'], 'levels above B-B before the judges', () => {
  test.each(LEVELS)('CAdES-%s', (level) =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const content = join(pki.folder, 'offer.docx')
      writeFileSync(content, readFileSync('public/samples/offer.docx'))
      const source = { name: 'offer.docx', blob: new Blob([readFileSync(content)]) }
      const signed = await signAt(pki, { prepare: prepareCades, embed: embedCades }, source, level)
      const file = await write(pki, `cades-${level}.p7s`, signed)
      const one: Case = { file, contents: [content], trusted: [join(pki.folder, 'root.pem')] }
      const verdict = await dss(one)
      expect(verdict.answer.signatures[0], verdict.why).toMatchObject({
        level: `CAdES-BASELINE-${DSS_NAMES[level]}`,
        intact: true,
        valid: true,
        structure: true,
        ...(level !== 'B-T' && { indication: 'TOTAL_PASSED' }),
      })
      if (level !== 'B-T')
        expect(
          verdict.answer.signatures[0]?.timestamps.every((text) => text.startsWith('PASSED')),
          verdict.why,
        ).toBe(true)
      // pyHanko is asked without its long-term mode: it looks for the authority's chain in the token alone.
      const hanko = await pyhanko(one)
      const stamp = { timestamp: { intact: true, valid: true } }
      expect(hanko, hanko.why).toMatchObject({ intact: true, answer: { signatures: [{ trusted: true, ...stamp }] } })
      const twin = await dss({ ...one, contents: [flipByte(content, join(pki.folder, 'other.docx'), 100)] })
      expect(twin, twin.why).toMatchObject({ intact: false, accepts: false })
    }),
  )

  test.each(LEVELS)('PAdES-%s', (level) =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const source = { name: 'contract.pdf', blob: new Blob([readFileSync('public/samples/contract.pdf')]) }
      const signed = await signAt(pki, { prepare: preparePades, embed: embedPades } as Half<unknown>, source, level)
      const file = await write(pki, `pades-${level}.pdf`, signed)
      const one: Case = { file, trusted: [join(pki.folder, 'root.pem')] }
      const verdict = await dss(one)
      expect(verdict.answer.signatures[0], verdict.why).toMatchObject({
        level: `PAdES-BASELINE-${DSS_NAMES[level]}`,
        intact: true,
        valid: true,
        structure: true,
        ...(level !== 'B-T' && { indication: 'TOTAL_PASSED' }),
      })
      if (level !== 'B-T')
        expect(
          verdict.answer.signatures[0]?.timestamps.every((text) => text.startsWith('PASSED')),
          verdict.why,
        ).toBe(true)
      // pyHanko is asked without its long-term mode: it looks for the authority's chain in the token alone.
      const hanko = await pyhanko(one)
      const stamp = { timestamp: { intact: true, valid: true } }
      expect(hanko, hanko.why).toMatchObject({ intact: true, answer: { signatures: [{ trusted: true, ...stamp }] } })
      const twin = await dss({ ...one, file: flipByte(file, join(pki.folder, 'twin.pdf'), 60) })
      expect(twin, twin.why).toMatchObject({ intact: false, accepts: false })
    }),
  )
})
