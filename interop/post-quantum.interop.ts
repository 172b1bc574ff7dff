// A classical and an ML-DSA-65 signature of one file: as two parallel SignerInfos in one .p7s, or as two .p7s. Who accepts what, each with
// a tampered twin that is refused.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parseSignedData } from '../src/core/cms/read.ts'
import { embedCades, prepareCades } from '../src/core/formats/cades/sign.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import { collectFiles } from '../src/core/formats/collect-any.ts'
import { policyTrusting } from '../src/core/validation/policy.ts'
import { validate } from '../src/core/validation/validate.ts'
import { fingerprint } from '../src/core/x509/certificate.ts'
import { bouncyCastle, dss } from './judges/dss.ts'
import { opensslCms } from './judges/openssl.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { describeWith } from './judges/tools.ts'
import type { Case, Verdict } from './judges/verdict.ts'
import { MECHANISMS, type Row } from './support/mechanisms.ts'
import { makePki, type Pki } from './support/pki.ts'
import { party, ports, signFile, sourceFile } from './support/sign.ts'
import { flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/post-quantum')
const at = (name: string): string => join(folder, name)
const cades = { prepare: prepareCades, embed: embedCades }

const mechanism = (signature: string): Row => {
  const found = MECHANISMS.find((one) => one.signature === signature)
  if (!found) throw new Error(`no ${signature}`)
  return found
}

describeWith(['openssl', 'openssl-3.5', 'pyhanko', 'dss'], 'post-quantum beside classical', () => {
  let pki: Pki

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('post-quantum')
    writeFileSync(at('offer.docx'), readFileSync('public/samples/offer.docx'))
    flipByte(at('offer.docx'), at('other.docx'), 100)
  })

  const sign = async (rows: readonly Row[], name: string): Promise<Case> => {
    const parties = await Promise.all(rows.map((row) => party(pki, row)))
    const file = await signFile(cades, sourceFile(at('offer.docx')), parties, {}, at(name))
    return { file, contents: [at('offer.docx')], trusted: [pki.root], crls: [pki.crl] }
  }

  /** Our own verifier, asked as any other. */
  async function countersign({ file, contents = [] }: Case): Promise<Verdict> {
    const anchor = new Uint8Array(readFileSync(pki.rootDer))
    const files = [sourceFile(file), ...contents.map(sourceFile)]
    const facts = await collectFiles(files, ports, { certificates: [anchor] })
    const report = validate(facts, policyTrusting([fingerprint(anchor)]), ports.clock.now())
    const signatures = report.files[0]?.signatures ?? []
    const why = JSON.stringify(
      signatures.map(({ algorithm, indication, subIndication }) => [algorithm, indication, subIndication]),
    )
    return {
      judge: 'countersign',
      intact: signatures.length > 0 && signatures.every(({ integrity }) => integrity === 'intact'),
      accepts: report.files[0]?.result === 'TOTAL-PASSED',
      signatures: signatures.length,
      why,
    }
  }

  const JUDGES = {
    'openssl 3.0': (one) => Promise.resolve(opensslCms('openssl', one)),
    'openssl 3.5': (one) => Promise.resolve(opensslCms('openssl-3.5', one)),
    'bouncy castle': bouncyCastle,
    dss,
    pyhanko,
    countersign,
  } satisfies Record<string, (one: Case) => Promise<Verdict>>
  type Judge = keyof typeof JUDGES

  /** In one file; and the ML-DSA file alone. The classical file alone is accepted by all. */
  const ACCEPTS: Readonly<Record<Judge, { both: boolean; alone: boolean }>> = {
    'openssl 3.0': { both: false, alone: false },
    'openssl 3.5': { both: true, alone: true },
    'bouncy castle': { both: true, alone: true },
    dss: { both: false, alone: false },
    pyhanko: { both: false, alone: true },
    countersign: { both: true, alone: true },
  }

  test.each(['ECDSA-P256', 'RSASSA-PKCS1-v1_5'])('%s and ML-DSA-65, before every judge', async (classical) => {
    const rows = [mechanism(classical), mechanism('ML-DSA-65')]
    const both = await sign(rows, `both-${classical}.p7s`)
    const first = await sign(rows.slice(0, 1), `offer-${classical}.p7s`)
    const second = await sign(rows.slice(1), `offer-${classical}.ml-dsa-65.p7s`)
    for (const judge of Object.keys(JUDGES) as Judge[]) {
      const ask = JUDGES[judge]
      const expected = [
        [both, ACCEPTS[judge].both],
        [first, true],
        [second, ACCEPTS[judge].alone],
      ] as const
      for (const [one, accepts] of expected) {
        const verdict = await ask(one)
        expect({ judge, accepts: verdict.accepts }, `${one.file}: ${verdict.why}`).toEqual({ judge, accepts })
        const twin = await ask({ ...one, contents: [at('other.docx')] })
        expect(twin, `${judge}, tampered: ${twin.why}`).toMatchObject({ intact: false, accepts: false })
      }
    }
  })

  test('one signature value of the two changed: nobody who reads both accepts, whichever it is', async () => {
    const both = await sign([mechanism('ECDSA-P256'), mechanism('ML-DSA-65')], 'values.p7s')
    const bytes = readFileSync(both.file)
    const places = parseSignedData(bytes).signers.map(({ signature }) => bytes.indexOf(signature) + 20)
    expect(places).toHaveLength(2)
    for (const [i, place] of places.entries()) {
      const cut = { ...both, file: flipByte(both.file, at(`value-${i}.p7s`), place) }
      for (const judge of ['openssl 3.5', 'bouncy castle', 'countersign'] as const) {
        const verdict = await JUDGES[judge](cut)
        expect({ judge, place, accepts: verdict.accepts }, verdict.why).toEqual({ judge, place, accepts: false })
      }
    }
  })

  test('in a PDF one signer, always', async () => {
    const parties = await Promise.all([mechanism('ECDSA-P256'), mechanism('ML-DSA-65')].map((row) => party(pki, row)))
    const signers = parties.map(({ signer, mechanism: { signature, digest } }) => ({
      signer,
      mechanism: { signature, digest },
    }))
    const files = [sourceFile('public/samples/contract.pdf')]
    await expect(preparePades({ files, signers, level: 'B-B', options: {} }, ports)).rejects.toThrow(RangeError)
  })
})
