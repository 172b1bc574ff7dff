// Our validation reports in XML before the schema of ETSI TS 119 102-2: of whatever others signed or forged, and of our own long-term
// signatures; broken twins of each must be refused.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectFiles } from '../src/core/formats/collect-any.ts'
import { embedPades } from '../src/core/formats/pades/embed.ts'
import { extendPades } from '../src/core/formats/pades/extend.ts'
import { preparePades } from '../src/core/formats/pades/prepare.ts'
import { etsiReport } from '../src/core/validation/etsi-report.ts'
import type { SignatureFacts } from '../src/core/validation/facts.ts'
import { DEFAULT_POLICY, policyTrusting } from '../src/core/validation/policy.ts'
import type { FileReport, ValidationReport } from '../src/core/validation/report.ts'
import { validate } from '../src/core/validation/validate.ts'
import { fingerprint } from '../src/core/x509/certificate.ts'
import { rootFacts, signatureFacts, timestampFacts } from '../src/testing/facts.ts'
import { networkOf, partyOf, withOpenSslPki } from '../src/testing/openssl-pki.ts'
import { signerInfoOf, type TestParty } from '../src/testing/pki.ts'
import { describeShared } from '../src/testing/shared.ts'
import { schemaErrors } from './judges/report-schema.ts'
import { describeWith } from './judges/tools.ts'
import { ports } from './support/sign.ts'

/** One fault each; what it needs may be absent in a small report. */
const FAULTS: readonly (readonly [fault: string, from: RegExp, to: string])[] = [
  ['no time', /<ValidationTime>[^<]*/, '<ValidationTime>yesterday'],
  ['no indication', /<MainIndication>[^<]*<\/MainIndication>(<SubIndication>[^<]*<\/SubIndication>)?/, ''],
  ['another order', /(<HashOnly>false<\/HashOnly>)(<DocHashOnly>false<\/DocHashOnly>)/, '$2$1'],
  ['another namespace', /19102\/v1\.4\.1#/, '19102/v9#'],
  ['nobody at the other end', /VOReference="[^"]*"/, 'VOReference="nobody"'],
  ['an identifier twice', /<ValidationObject id="[^"]*"/, '<ValidationObject id="S-1"'],
]

async function judged(xml: string): Promise<void> {
  expect(await schemaErrors(xml)).toEqual([])
  for (const [fault, from, to] of FAULTS) {
    if (!from.test(xml)) continue
    expect(await schemaErrors(xml.replace(from, to)), fault).not.toEqual([])
  }
}

const xmlOf = (report: ValidationReport): readonly string[] =>
  report.files.flatMap((file) => etsiReport(file, report) ?? [])

describeWith(['pyhanko', 'dss'], 'ETSI TS 119 102-2 reports before their schema', () => {
  describeShared('of files that others made', (shared) => {
    const manifest = JSON.parse(readFileSync(`${shared}/corpus/manifest.json`, 'utf8')) as readonly { file: string }[]
    const seen = new Map<string, number>()
    const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)

    function noteAll({ signatures }: FileReport): void {
      const several = signatures.length > 1 && signatures.some(({ timestamps }) => timestamps.length > 0)
      if (several) note(`${signatures[0]?.format} with several signatures and time-stamps`)
      for (const { format, indication } of signatures) note(`${format} ${indication}`)
    }

    test.each(manifest.map(({ file }) => file))('%s', async (file) => {
      const blob = new Blob([readFileSync(`${shared}/corpus/${file}`)])
      const facts = await collectFiles([{ name: basename(file), blob }], ports)
      const report = validate(facts, DEFAULT_POLICY, new Date())
      for (const one of report.files) noteAll(one)
      for (const xml of xmlOf(report)) {
        if (file.startsWith('7-')) note('in a container')
        await judged(xml)
      }
    })

    afterAll(() => {
      console.log([...seen].map(([what, count]) => `${String(count).padStart(4)} ${what}`).join('\n'))
      for (const format of ['CAdES', 'PAdES']) {
        expect(seen.get(`${format} TOTAL-FAILED`), format).toBeGreaterThan(0)
        expect(seen.get(`${format} INDETERMINATE`), format).toBeGreaterThan(0)
      }
      expect(seen.get('PAdES with several signatures and time-stamps')).toBeGreaterThan(0)
      expect(seen.get('in a container')).toBeGreaterThan(5)
    })
  })

  test('of a signature that passes, with time-stamps and evidence for years', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('alice', 'x_signer')
      pki.issue('tsa', 'x_tsa')
      const party = (await partyOf(pki, 'alice')) as TestParty
      let blob = new Blob([readFileSync('public/samples/contract.pdf')])
      for (let i = 0; i < 2; i++) {
        const signers = [{ signer: signerInfoOf(party), mechanism: party.key.mechanism }]
        const request = { files: [{ name: 'contract.pdf', blob }], signers, level: 'B-LTA' as const, options: {} }
        const prepared = await preparePades(request, ports)
        const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
        const signed = await embedPades(prepared, values, ports)
        const authority = { url: 'https://tsa.test/' }
        const network = networkOf(pki)
        blob = (await extendPades(signed, 'B-LTA', { ...ports, network }, { authority })).blob
      }
      const root = pki.certificate('root')
      const facts = await collectFiles([{ name: 'contract.pdf', blob }], ports, { certificates: [root] })
      const report = validate(facts, policyTrusting([fingerprint(root)]), new Date())
      expect(report.files[0]?.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
      const [xml = ''] = xmlOf(report)
      for (const [fault, from] of FAULTS) expect(xml, fault).toMatch(from)
      await judged(xml)
    }))

  test('of facts that a hostile file could hold', async () => {
    const odd = 'a\u0000\u0008b <&">]]> \ud800 \uffff é\n'
    const counter = signatureFacts({ id: odd, claimedTime: new Date('0000-06-01T00:00:00Z') })
    const hostile: readonly SignatureFacts[] = [
      signatureFacts({ id: odd, format: odd, findings: [{ id: 'cms-not-der', severity: 'failure', evidence: odd }] }),
      signatureFacts({ claimedTime: new Date('-000400-01-01T00:00:00Z'), counterSignatures: [counter] }),
      signatureFacts({ claimedTime: new Date('+275760-09-13T00:00:00Z'), signer: null }),
      signatureFacts({
        timestamps: [timestampFacts('+012026-01-01T00:00:00Z'), timestampFacts('2026-01-02T00:00:00Z')],
      }),
    ]
    const files = [{ name: odd, findings: [], signatures: hostile }]
    const policy = { ...policyTrusting([rootFacts.fingerprint]), id: odd }
    for (const xml of xmlOf(validate(files, policy, new Date('2026-06-01T00:00:00Z')))) await judged(xml)
  })
})
