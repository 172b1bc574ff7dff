import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamPdf } from '../testing/pdf-builder.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef, type EnvelopeDesk } from '../testing/envelopes.ts'
import { signingKeyOf, testChain, testKey } from '../testing/pki.ts'
import type { SigningKey } from '../core/keys.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { equalBytes } from '../core/bytes/bytes.ts'

const font = new Uint8Array(readFileSync(new URL('../../public/fonts/noto-sans.ttf', import.meta.url)))
let keys: Record<string, SigningKey>
beforeAll(async () => {
  const { leaf, intermediate } = await testChain()
  const rsa = await intermediate.issue({ key: await testKey('RSASSA-PKCS1-v1_5'), name: { commonName: 'Ivan' } })
  const third = await intermediate.issue({ key: await testKey('ECDSA-P384'), name: { commonName: 'Petro' } })
  keys = { preparer: signingKeyOf(leaf), rsa: signingKeyOf(rsa), p384: signingKeyOf(third) }
})

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())
const source = (bytes: Uint8Array, name = 'contract.pdf'): SourceFile => ({
  name,
  blob: new Blob([Uint8Array.from(bytes)]),
})
const tick = ({ clock }: EnvelopeDesk): void => clock.set(new Date(clock.now().getTime() + 60_000).toISOString())
const boxOf = (n: number) => `EnvField_${String(n).padStart(4, '0')}_001`
const textOf = (n: number) => `EnvField_${String(n).padStart(4, '0')}_002`
const three = draftOf([
  draftSignatory(1),
  draftSignatory(2, { kind: 'simple', company: 'Firm' }),
  draftSignatory(3),
  draftSignatory(4, { role: 'visa', fields: [] }),
])

async function prepared(desk: EnvelopeDesk, draft = three, original = classicPdf()) {
  const made = await desk.envelopes.prepare({ file: source(original), draft, key: testKeyRef('preparer') })
  tick(desk)
  return made
}

describe.each([
  ['classic', () => classicPdf()],
  ['object streams', () => streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] })],
])('a whole story, %s', (_, make) => {
  test('certificate, code, certificate, visa: every file is the beginning of the next, and the last is complete', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const first = await prepared(desk, three, make())
    expect(first.view.state).toMatchObject({ status: 'running', turn: ['s1'], problems: [] })
    const one = await envelopes.sign({
      file: first.file,
      signatory: 's1',
      means: { kind: 'key', key: testKeyRef('rsa') },
      values: { [boxOf(1)]: true, [textOf(1)]: 'Привіт' },
      name: 'Іван Франко',
      company: 'ТОВ Каменяр',
    })
    expect(one.view.state).toMatchObject({ turn: ['s2'], problems: [] })
    expect(one.view.signatories[0]).toMatchObject({ name: 'Іван Франко', company: 'ТОВ Каменяр', recordHolds: true })
    tick(desk)
    const code = envelopes.newCode()
    const two = await envelopes.sign({
      file: one.file,
      signatory: 's2',
      means: { kind: 'code', code },
      values: { [boxOf(2)]: true },
    })
    expect(two.view.state.signatories['s2']?.status).toBe('pending')
    expect(
      await envelopes.checkCode({ file: two.file, signatory: 's2', code: code.toLowerCase().replaceAll('-', ' ') }),
    ).toBe(true)
    expect(await envelopes.checkCode({ file: two.file, signatory: 's2', code: envelopes.newCode() })).toBe(false)
    tick(desk)
    const three_ = await envelopes.sign({
      file: two.file,
      signatory: 's3',
      means: { kind: 'key', key: testKeyRef('p384') },
      values: { [boxOf(3)]: true },
    })
    expect(three_.view.state).toMatchObject({ turn: ['s4'], problems: [], signatories: { s2: { status: 'signed' } } })
    tick(desk)
    const last = await envelopes.sign({
      file: three_.file,
      signatory: 's4',
      means: { kind: 'key', key: testKeyRef('preparer') },
      values: {},
    })
    expect(last.view.state).toMatchObject({ status: 'complete', turn: [], problems: [] })
    expect(last.view.steps.map(({ kind, signatory, reached }) => [kind, signatory, ...reached])).toEqual([
      ['prepared', null],
      ['signed', 's1'],
      ['signed', 's2'],
      ['signed', 's3', 'all-signed'],
      ['signed', 's4', 'complete'],
    ])
    expect(
      last.view.report.signatures.map(({ integrity, modificationsPermitted }) => [integrity, modificationsPermitted]),
    ).toEqual(Array.from({ length: 4 }, () => ['intact', true]))
    const files = [first, one, two, three_, last]
    for (const [i, { file }] of files.entries()) {
      const before = files[i - 1]
      if (!before) continue
      const bytes = await bytesOf(before.file.blob)
      expect(equalBytes((await bytesOf(file.blob)).subarray(0, bytes.length), bytes)).toBe(true)
    }
    expect(await envelopes.open(last.file)).toEqual(last.view)
  })
})
