// Our CAdES-B-B, detached, of every algorithm, before every judge that can read it, each with a tampered twin. Then what only a judge can
// say: the level string of DSS and its warnings. Parallel signers: post-quantum.interop.ts.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { embedCades, prepareCades } from '../src/core/formats/cades/sign.ts'
import { bouncyCastle, dss } from './judges/dss.ts'
import { opensslCms } from './judges/openssl.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { describeWith } from './judges/tools.ts'
import type { Case, Verdict } from './judges/verdict.ts'
import { abilityOf, MECHANISMS, type Row } from './support/mechanisms.ts'
import { makePki, type Pki } from './support/pki.ts'
import { party, signFile, sourceFile } from './support/sign.ts'
import { flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/cades')
const at = (name: string): string => join(folder, name)
const cades = { prepare: prepareCades, embed: embedCades }

const JUDGES = {
  openssl: (one: Case) => Promise.resolve(opensslCms('openssl', one)),
  'openssl-3.5': (one: Case) => Promise.resolve(opensslCms('openssl-3.5', one)),
  pyhanko,
  dss,
  'bouncy-castle': bouncyCastle,
} satisfies Record<string, (one: Case) => Promise<Verdict>>

type Judge = keyof typeof JUDGES

describeWith(['openssl', 'openssl-3.5', 'pyhanko', 'dss'], 'CAdES-B-B before the judges', () => {
  let pki: Pki
  const files = new Map<Row, Promise<Case>>()

  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    pki = makePki('cades')
    writeFileSync(at('contract.docx'), readFileSync('public/samples/offer.docx'))
    flipByte(at('contract.docx'), at('other.docx'), 100)
  })

  async function make(row: Row): Promise<Case> {
    const file = at(`${row.name.replaceAll(' ', '_')}.p7s`)
    await signFile(
      cades,
      sourceFile(at('contract.docx')),
      [await party(pki, row)],
      { mimeType: 'application/msword' },
      file,
    )
    return { file, contents: [at('contract.docx')], trusted: [pki.root], crls: [pki.crl] }
  }

  function signed(row: Row): Promise<Case> {
    const known = files.get(row) ?? make(row)
    files.set(row, known)
    return known
  }

  describe.each(Object.keys(JUDGES) as Judge[])('%s', (judge) => {
    const toolOf = judge === 'bouncy-castle' ? 'dss' : judge

    test.each(MECHANISMS)('$name', async (row) => {
      const limit = judge === 'bouncy-castle' ? { ability: 'accepts' } : abilityOf(toolOf, row)
      const one = await signed(row)
      const verdict = await JUDGES[judge](one)
      const expected = { intact: limit.ability !== 'cannot', accepts: limit.ability === 'accepts' }
      expect(verdict, verdict.why).toMatchObject(expected)
      const twin = await JUDGES[judge]({ ...one, contents: [at('other.docx')] })
      expect(twin, `tampered: ${twin.why}`).toMatchObject({ intact: false, accepts: false })
    })
  })

  test('DSS calls it what we claim, and warns of nothing but what a private CA lacks', async () => {
    for (const row of MECHANISMS.filter((one) => abilityOf('dss', one).ability === 'accepts')) {
      const { answer } = await dss(await signed(row))
      const [signature] = answer.signatures
      expect(signature?.level).toBe('CAdES-BASELINE-B')
      expect(signature?.structure).toBe(true)
      expect(signature?.errors.filter((text) => !text.startsWith('ARCH_LTAIVMP'))).toEqual([])
      expect(signature?.warnings.filter((text) => !/^BBB_XCV_(AIA|REVOC)_PRES_ANS/.test(text))).toEqual([])
    }
  })

  test('a changed signature value, and a certificate of somebody else, are refused by all', async () => {
    const row = MECHANISMS[0]!
    const one = await signed(row)
    const size = readFileSync(one.file).length
    const cut = { ...one, file: flipByte(one.file, at('value-changed.p7s'), size - 5) }
    for (const judge of Object.keys(JUDGES) as Judge[]) {
      const verdict = await JUDGES[judge](cut)
      expect(verdict, `${judge}: ${verdict.why}`).toMatchObject({ intact: false, accepts: false })
    }
  })
})
