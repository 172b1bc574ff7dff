// The envelope's part of the page: an envelope of many signatories, each with a certificate of his own from one authority, made by the
// product's own worker.
import type { DraftSignatory, EnvelopeDraft } from '../../src/core/envelope/draft.ts'
import { signingOptions, signingValues } from '../../src/core/envelope/sign.ts'
import type { EnvelopeView } from '../../src/core/envelope/view.ts'
import type { SignedFile, SourceFile } from '../../src/core/formats/format.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import { signerInfoOf, testChain, type TestParty } from '../../src/testing/pki.ts'
import type { WorkerClient } from '../../src/worker/client.ts'
import type { AskedValue } from '../../src/worker/protocol.ts'

const font = async (): Promise<Uint8Array> => new Uint8Array(await (await fetch('fonts/noto-sans.ttf')).arrayBuffer())

/** A box to tick, a text, a date and the place of a signature, each signatory's at the foot of a page of his own. */
function signatory(n: number): DraftSignatory {
  const at = { page: n, required: false } as const
  return {
    id: `s${n}`,
    role: 'signer',
    name: `Person ${n}`,
    emails: [`p${n}@firm.example`],
    kind: 'unqualified',
    algorithms: [],
    mayDelegate: true,
    fields: [
      { ...at, kind: 'checkbox', rect: [50, 60, 62, 72], required: true, label: 'I agree' },
      { ...at, kind: 'text', rect: [70, 58, 250, 74] },
      { ...at, kind: 'date', rect: [260, 58, 360, 74] },
      { ...at, kind: 'signature', rect: [370, 40, 550, 90], required: true },
    ],
  }
}

function draftOf(count: number): EnvelopeDraft {
  const signatories = Array.from({ length: count }, (_, i) => signatory(i + 1))
  return {
    title: 'Contract 14-B',
    preparer: { name: 'Olena Koval', email: 'olena@firm.example' },
    signatories,
    order: signatories.map(({ id }) => [id]),
    record: true,
    resend: true,
    language: 'en',
    verifyUrl: 'https://sign.example/verify',
  }
}

export type EnvelopeBench = Readonly<{
  prepare(file: SourceFile, count: number): Promise<SignedFile>
  read(file: SourceFile): Promise<EnvelopeView>
  /** His values, his line of the record and his signature, visible, in one revision. @param n from 1 */
  act(file: SourceFile, view: EnvelopeView, n: number): Promise<SignedFile>
}>

/** @param client the worker of now */
export async function envelopeBench(client: () => WorkerClient): Promise<EnvelopeBench> {
  const { leaf, intermediate } = await testChain()
  const parties: TestParty[] = [leaf]
  const party = async (n: number): Promise<TestParty> =>
    (parties[n] ??= await intermediate.issue({ name: { commonName: `Person ${n}`, organization: 'Firm' } }))
  const letters = await font()
  const asked = (who: TestParty) => ({
    signer: { signer: signerInfoOf(who), mechanism: who.key.mechanism },
    onSign: (list: readonly AskedValue[]) => Promise.all(list.map(({ dtbs }) => who.key.sign(dtbs))),
  })
  return {
    async prepare(file, count) {
      const { signer, onSign } = asked(leaf)
      const params = { file, draft: draftOf(count), signer, level: 'B-B' as const, font: letters, refuse: [] }
      return client().call('prepareEnvelope', params, { onSign })
    },
    read: (file) => client().call('readEnvelope', { file, certificates: [], policy: DEFAULT_POLICY, at: new Date() }),
    async act(file, { manifest, sha256 }, n) {
      const who = manifest.signatories[n - 1]
      if (!who) throw new RangeError(`no signatory ${n}`)
      const { signer, onSign } = asked(await party(n))
      const line = {
        name: who.name,
        company: null,
        kind: 'unqualified' as const,
        time: new Date().toISOString(),
        digest: sha256,
        fingerprint: 'A0'.repeat(32),
      }
      const [box, text] = who.fields.map(({ name }) => name)
      const values = signingValues(manifest, who, { [box ?? '']: true, [text ?? '']: `Remark of person ${n}` }, line)
      const options = signingOptions(manifest, who, values, { line, font: letters, mark: null })
      const params = { format: 'PAdES' as const, files: [file], signers: [signer], level: 'B-B' as const, options }
      return (await client().call('sign', params, { onSign })).file
    },
  }
}
