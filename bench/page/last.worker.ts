// Judges the last signature of a file and nothing else: the bar of an envelope's opening. By the product's own parts and as the verifier does
// it: the file is opened, its signatures found with what each covers, bytes behind the last update looked for, all that this one covers
// digested, its CMS read, its certificate's path built, the facts judged. Nothing was changed after it, so there is nothing to compare.
import { blobSource } from '../../src/core/bytes/byte-source.ts'
import { holding } from '../../src/core/bytes/small-blob.ts'
import { parseSignedData } from '../../src/core/cms/read.ts'
import { contextOf, withMaterial } from '../../src/core/formats/collect-context.ts'
import { padesLevels } from '../../src/core/formats/pades/levels.ts'
import { readSecurityStore } from '../../src/core/formats/pades/security-store.ts'
import { pageNumbersOf } from '../../src/core/formats/pades/signature-pages.ts'
import { collectSignature } from '../../src/core/formats/signature-facts.ts'
import { spansContent } from '../../src/core/formats/signed-content.ts'
import { analyseRevisions } from '../../src/core/pdf/diff/analyse.ts'
import { permissionsOf } from '../../src/core/pdf/diff/permissions.ts'
import { openPdf } from '../../src/core/pdf/open.ts'
import { readSignatures } from '../../src/core/pdf/signatures.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { browserEngine as engine } from '../../src/platform/engine.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { systemRandom as random } from '../../src/platform/random.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Blob>) => void
  postMessage(value: unknown): void
}

async function verifyLast(blob: Blob): Promise<string> {
  const document = await openPdf(blobSource(blob))
  const signature = (await readSignatures(document)).at(-1)
  if (!signature?.spans || !signature.contents || signature.revision === null) throw new Error('no signature')
  const changes = await analyseRevisions(document, signature.revision)
  const [page] = await pageNumbersOf(document, [signature])
  const store = await readSecurityStore(document)
  const context = withMaterial(contextOf({ clock, random, engine }, {}), store.certificates, store.revocation)
  const permissions = await permissionsOf(document, signature)
  const signedData = parseSignedData(signature.contents, { padded: true })
  const [signer] = signedData.signers
  if (!signer || changes.size > 0 || signature.coverage !== 'whole-file') throw new Error('not the last signature')
  const facts = await collectSignature(
    {
      signedData,
      signer,
      content: spansContent(blob, signature.spans, engine),
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
  const places = [{ signature, id: signature.field.name }]
  const signatures = await padesLevels(document, [facts], places, store.revision)
  const { files } = validate([{ name: 'envelope.pdf', findings: [], signatures }], DEFAULT_POLICY, clock.now())
  const [report] = files[0]?.signatures ?? []
  if (report?.integrity !== 'intact') throw new Error(`the last signature is ${report?.integrity}`)
  return report.integrity
}

scope.onmessage = ({ data }) => {
  void holding({ blob: data }, () => verifyLast(data)).then(
    (value) => scope.postMessage({ value }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  )
}
