// Judges signatures of a file and nothing else, by the product's own parts and as the verifier does it: the file is opened, its signatures
// found with what each covers, all that they cover digested, their CMS read, their certificates' paths built, the facts judged. The last alone
// is the bar of an envelope's opening: nothing was changed after it, so there is nothing to compare. All of them is the least that an opening
// can cost: it compares no revision, reads no manifest and derives no state.
import { blobSource } from '../../src/core/bytes/byte-source.ts'
import { prefixDigests } from '../../src/core/bytes/prefix-digests.ts'
import { holding } from '../../src/core/bytes/small-blob.ts'
import { parseSignedData } from '../../src/core/cms/read.ts'
import { contextOf, withMaterial } from '../../src/core/formats/collect-context.ts'
import { padesLevels } from '../../src/core/formats/pades/levels.ts'
import { readSecurityStore } from '../../src/core/formats/pades/security-store.ts'
import { pageNumbersOf } from '../../src/core/formats/pades/signature-pages.ts'
import { collectSignature } from '../../src/core/formats/signature-facts.ts'
import { spansContent } from '../../src/core/formats/signed-content.ts'
import { permissionsOf } from '../../src/core/pdf/diff/permissions.ts'
import { openPdf } from '../../src/core/pdf/open.ts'
import { readSignatures } from '../../src/core/pdf/signatures.ts'
import { trailingBytes } from '../../src/core/pdf/unclaimed.ts'
import { isPortDigest } from '../../src/core/suites/digest.ts'
import type { SignatureFacts } from '../../src/core/validation/facts.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { browserEngine as engine } from '../../src/platform/engine.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { systemRandom as random } from '../../src/platform/random.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<{ blob: Blob; which: Which }>) => void
  postMessage(value: unknown): void
}

type Which = 'last' | 'every'

async function verify(blob: Blob, which: Which): Promise<string> {
  const document = await openPdf(blobSource(blob))
  const all = await readSignatures(document)
  const chosen = which === 'last' ? all.slice(-1) : all
  const store = await readSecurityStore(document)
  const context = withMaterial(contextOf({ clock, random, engine }, {}), store.certificates, store.revocation)
  const pages = await pageNumbersOf(document, chosen)
  const prefixes = chosen.map(({ spans }) => ({ end: spans?.[0]?.end ?? 0, ...(spans?.[1] && { tail: spans[1] }) }))
  const digests = prefixDigests(blob, prefixes, engine)
  const found: SignatureFacts[] = []
  for (const [i, signature] of chosen.entries()) {
    const signedData = parseSignedData(signature.contents ?? new Uint8Array(), { padded: true })
    const [signer] = signedData.signers
    const { spans } = signature
    if (!signer || !spans) throw new Error('no signature')
    const permissions = await permissionsOf(document, signature)
    const whole = spansContent(blob, spans, engine)
    const page = pages[i]
    const facts = await collectSignature(
      {
        signedData,
        signer,
        content: {
          bytes: () => whole.bytes(),
          digest: (name) => (isPortDigest(name) ? digests.digest(i, name) : whole.digest(name)),
        },
        id: signature.field.name,
        file: 'envelope.pdf',
        format: 'PAdES',
        purpose: 'signing',
        document: {
          coverage: signature.coverage,
          modifications: 'none',
          modificationsPermitted: true,
          changes: [],
          ...(permissions.own !== null && { docMdp: permissions.own }),
          ...(page !== undefined && { page }),
          coveredBytes: signature.coveredBytes,
          totalBytes: document.size,
        },
        findings: signature.findings,
      },
      context,
    )
    found.push(facts)
  }
  const places = chosen.map((signature) => ({ signature, id: signature.field.name }))
  const signatures = await padesLevels(document, found, places, store.revision)
  if (await trailingBytes(document)) throw new Error('something follows the last signature')
  const { files } = validate([{ name: 'envelope.pdf', findings: [], signatures }], DEFAULT_POLICY, clock.now())
  const reports = files[0]?.signatures ?? []
  const sound = reports.length === chosen.length && reports.every(({ integrity }) => integrity === 'intact')
  if (!sound) throw new Error(`not intact: ${reports.map(({ integrity }) => integrity).join(', ')}`)
  return `${reports.length} intact`
}

scope.onmessage = ({ data: { blob, which } }) => {
  const held = { blob }
  void holding(held, () => verify(blob, which)).then(
    (value) => scope.postMessage({ value }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  )
}
