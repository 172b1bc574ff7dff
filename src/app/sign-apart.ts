import { attachedBlob } from '../core/envelope/check-enclosed.ts'
import type { Signatory } from '../core/envelope/manifest.ts'
import type { EnvelopeView } from '../core/envelope/view.ts'
import { SignError } from '../core/errors.ts'
import type { CadesOptions } from '../core/formats/cades/sign.ts'
import type { SignedFile, SourceFile } from '../core/formats/format.ts'
import type { Mechanism, SigningKey } from '../core/keys.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import { assertIntact } from './assert-intact.ts'
import { mechanismOf } from './check-signer.ts'
import { askKey, type ActOptions, type RunEnvelopePorts } from './envelope-work.ts'
import { raiseLevel } from './raise-level.ts'

/** A detached signature of one enclosed document. */
export type Apart = Readonly<{ file: SignedFile; source: string; warnings: readonly string[] }>

type Signing = Readonly<{
  file: SourceFile
  view: EnvelopeView
  signatory: Signatory
  key: SigningKey
  mechanism: Mechanism | undefined
}>

/**
 * Each enclosed document signed by itself, detached (CAdES), in the same act as the envelope: the key is asked once for each. Nothing is
 * kept here, so that an act that fails midway leaves nothing behind.
 *
 * @returns in the order of the manifest; empty where the preparer did not ask for it
 */
export async function signApart(
  { file, view, signatory, key, mechanism }: Signing,
  ports: RunEnvelopePorts,
  options: ActOptions,
): Promise<readonly Apart[]> {
  if (view.manifest.detached !== true) return []
  const { worker, level, authorities, clock } = ports
  const { signal = new AbortController().signal } = options
  const signers = [{ signer: key.signer, mechanism: mechanismOf(key, mechanism) }]
  const commitment: CadesOptions = signatory.role === 'signer' ? {} : { commitment: 'approval' }
  const made: Apart[] = []
  for (const document of await contentsOf(file, view, ports, options)) {
    const request = { format: 'CAdES' as const, files: [document], signers, level, options: commitment }
    const signed = await worker.call('sign', { ...request, check: { at: clock.now() } }, askKey(key, options))
    assertIntact(signed.report, [fingerprint(key.signer.certificate)])
    const { chain } = key.signer
    const raising = { format: 'CAdES' as const, signed: signed.file, level, chain, content: document.blob }
    const { file: raised, warnings } = await raiseLevel(raising, worker, authorities, signal)
    // Each signatory has his own beside the document.
    made.push({ file: { ...raised, name: `${document.name}.${signatory.id}.p7s` }, source: document.name, warnings })
  }
  return made
}

/** Every enclosed document, from the envelope's file or from what travels beside it. */
async function contentsOf(
  file: SourceFile,
  { enclosed }: EnvelopeView,
  { worker }: RunEnvelopePorts,
  { beside = [], signal }: ActOptions,
): Promise<readonly SourceFile[]> {
  const matched = await worker.call('matchDocuments', { enclosed, files: beside }, { signal })
  return enclosed.map((one) => {
    const at = matched.findIndex((each) => 'index' in each && enclosed[each.index]?.sha256 === one.sha256)
    const blob = attachedBlob(file.blob, one) ?? beside[at]?.blob
    if (!blob) {
      const details = { names: one.name, count: 1 }
      throw new SignError('ENVELOPE_DOCUMENT_MISSING', `${one.name} is not at hand`, { details })
    }
    return { name: one.name, blob }
  })
}
