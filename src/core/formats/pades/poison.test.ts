import { beforeAll, describe, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamText } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { appendLoose, objectText, update } from '../../../testing/pdf-update.ts'
import { testChain, type TestParty } from '../../../testing/pki.ts'
import type { Finding } from '../../validation/facts.ts'
import { inspectPades } from './inspect.ts'

let party: TestParty
beforeAll(async () => {
  party = (await testChain()).leaf
})

async function warnings(bytes: Uint8Array): Promise<readonly Finding[]> {
  const file = { name: 'a.pdf', blob: new Blob([Uint8Array.from(bytes)]) }
  return (await inspectPades(file, {})).warnings
}

const scripted = (): Uint8Array =>
  classicPdf(simpleObjects({}, { catalog: '/OpenAction << /S /JavaScript /JS (1) >>' }))

describe('earlier signatures', () => {
  test('that stand as they were made give no warning', async () => {
    const once = await signPdf(classicPdf(), party)
    expect(await warnings(once)).toEqual([])
    expect(await warnings(await signPdf(once, party))).toEqual([])
  })

  test('a later page content is told, with its page and object', async () => {
    const signed = await signPdf(classicPdf(), party)
    const changed = update(signed, { 4: streamText('', 'BT /F1 18 Tf 10 100 Td (Other) Tj ET') })
    expect(await warnings(changed)).toEqual([
      {
        id: 'content-change-unexplained',
        severity: 'warning',
        evidence: expect.stringMatching(/page-content, page 1, 4 0/),
      },
    ])
  })

  test('an annotation laid over a certified page is told', async () => {
    const signed = await signPdf(classicPdf(), party, { certify: 2 })
    const page = objectText(signed, 3)
      .replace(/\/Annots\s*\[([^\]]*)\]/, '')
      .replace(/>>\s*$/, '/Annots [90 0 R] >>')
    const stamp = '<< /Type /Annot /Subtype /Stamp /Rect [10 90 110 140] /AP << /N 91 0 R >> >>'
    const drawn = streamText('/Subtype /Form /BBox [0 0 100 50]', '0 0 100 50 re f')
    const found = (await warnings(update(signed, { 3: page, 90: stamp, 91: drawn }))).map(({ id }) => id)
    expect(found).toContain('content-change-unexplained')
    expect(found).toContain('content-annotation-covers')
  })

  test('bytes behind the signed end are told', async () => {
    const signed = await signPdf(classicPdf(), party)
    const found = (await warnings(appendLoose(signed, { 4: streamText('', '(Other) Tj') }))).map(({ id }) => id)
    expect(found).toContain('content-trailing-bytes')
  })
})

describe('refusing by policy', () => {
  test('a finding that the policy names is a refusal, before anything is signed', async () => {
    await expect(signPdf(scripted(), party, { refuse: ['content-xfa', 'content-javascript'] })).rejects.toMatchObject({
      code: 'FORMAT_POISONED',
      details: { finding: 'content-javascript', evidence: 'on opening' },
    })
  })

  test('any other finding, or no policy, is none', async () => {
    await expect(signPdf(scripted(), party, { refuse: ['content-xfa'] })).resolves.toBeInstanceOf(Uint8Array)
    await expect(signPdf(scripted(), party)).resolves.toBeInstanceOf(Uint8Array)
  })
})
