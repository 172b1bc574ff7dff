/** Envelopes as other software could make them: certified all right, whatever they hold. */
import type { CoverMaker, EnclosedDocument } from '../core/envelope/enclosed.ts'
import type { EnvelopeDraft } from '../core/envelope/draft.ts'
import { planEnvelope } from '../core/envelope/plan.ts'
import { reserve } from '../core/envelope/reserve.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { embedPades } from '../core/formats/pades/embed.ts'
import { preparePades, type Compose } from '../core/formats/pades/prepare.ts'
import { blobSource } from '../core/bytes/byte-source.ts'
import { openPdf } from '../core/pdf/open.ts'
import { countPages } from '../core/pdf/pages.ts'
import { signingPorts } from './pdf-signing.ts'
import { signerInfoOf, type TestParty } from './pki.ts'

export type Forgery = Readonly<{
  /** A cover sheet, whatever it prints. */
  cover: SourceFile
  /** What the manifest says of it. */
  enclosed: readonly EnclosedDocument[]
  maker?: CoverMaker
  draft: EnvelopeDraft
  /** Who certifies. */
  leaf: TestParty
  font: Uint8Array
  /** What else goes into the preparer's revision, before and after all that is reserved. */
  before?: Compose
  after?: Compose
}>

export async function forgeEnvelope(forgery: Forgery): Promise<SourceFile> {
  const { cover, enclosed, maker, draft, leaf, font, before, after } = forgery
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', await cover.blob.arrayBuffer())).toString('hex')
  const pages = await countPages(await openPdf(blobSource(cover.blob)))
  const manifest = planEnvelope(draft, {
    id: 'ab'.repeat(16),
    createdAt: '2026-11-22T11:00:00Z',
    document: { name: cover.name, sha256, size: cover.blob.size, pages },
    enclosed,
    ...(maker ? { cover: maker } : {}),
    stem: 'Env',
  })
  const signers = [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }]
  const field = { kind: 'new' as const, name: manifest.reserved.certification }
  const options = { certify: 2 as const, field }
  const made = await preparePades(
    { files: [cover], signers, level: 'B-B', options },
    signingPorts,
    async (update, ...more) => {
      await before?.(update, ...more)
      await reserve(update, { manifest, font })
      await after?.(update, ...more)
    },
  )
  const values = await Promise.all(made.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
  return embedPades(made, values, signingPorts)
}
