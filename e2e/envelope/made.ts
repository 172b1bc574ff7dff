// Envelopes made without a page, by the same core: for stories about what a page does with them.
import { readFileSync } from 'node:fs'
import type { EnvelopeResult } from '../../src/app/run-envelope.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef } from '../../src/testing/envelopes.ts'
import { testEngine } from '../../src/testing/engines.ts'
import { signingKeyOf, testChain, testKey } from '../../src/testing/pki.ts'
import { fakeClock, testRandom } from '../../src/testing/ports.ts'
import { SAMPLES } from '../main/steps.ts'

type Draft = Parameters<typeof draftOf>

/** Everything happened some hours ago, so that no clock is behind. */
export async function envelopeMaker() {
  const { leaf, intermediate } = await testChain()
  const other = await intermediate.issue({ key: await testKey('ECDSA-P384'), name: { commonName: 'Person' } })
  const clock = fakeClock(new Date(Date.now() - 6 * 3_600_000).toISOString())
  const keys = { office: signingKeyOf(leaf), person: signingKeyOf(other) }
  const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))
  const { envelopes } = envelopeDesk(keys, font, { clock, random: testRandom, engine: testEngine })
  const contract = new Blob([new Uint8Array(readFileSync(SAMPLES.contract))])
  const tick = () => clock.set(new Date(clock.now().getTime() + 60_000).toISOString())

  return {
    envelopes,
    async prepare(signatories: Draft[0], more: Draft[1] = {}, name = 'contract.pdf') {
      tick()
      const draft = draftOf(signatories, { language: 'en', title: 'Contract', ...more })
      return envelopes.prepare({ file: { name, blob: contract }, draft, key: testKeyRef('office') })
    },
    /** Ticks the one box that he has. */
    async sign({ file, view }: EnvelopeResult, id: string) {
      tick()
      const own = view.manifest.signatories.find((one) => one.id === id)
      const boxes = (own?.fields ?? []).filter(({ kind }) => kind === 'checkbox')
      const values = Object.fromEntries(boxes.map((field) => [field.name, true]))
      return envelopes.sign({ file, signatory: id, means: { kind: 'key', key: testKeyRef('person') }, values })
    },
    async decline({ file }: EnvelopeResult, id: string, reason: string) {
      tick()
      return envelopes.decline({ file, signatory: id, reason })
    },
  }
}

export const person = draftSignatory

/** As a file chooser is given it. */
export const given = async ({ file }: EnvelopeResult, name = file.name) => ({
  name,
  bytes: new Uint8Array(await file.blob.arrayBuffer()),
})
