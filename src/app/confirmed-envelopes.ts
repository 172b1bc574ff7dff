import type { SourceFile } from '../core/formats/format.ts'
import type { KeyRef } from './manage-keys.ts'
import type { RunEnvelope } from './run-envelope.ts'

/** A document that a cover sheet stands for, as it is confirmed: lower-case hex SHA-256. */
export type ConfirmedDocument = Readonly<{ name: string; sha256: string }>

/**
 * Envelopes whose certificate signatures are confirmed first, as the policy asks. A simple signature is its own confirmation: it
 * is made of the code.
 *
 * @param confirm rejects when the person did not confirm; nothing is signed then. `enclosed`: what the file is the cover sheet of
 */
export function confirmedEnvelopes(
  envelopes: RunEnvelope,
  confirm: (key: KeyRef, file: SourceFile, enclosed: readonly ConfirmedDocument[]) => Promise<void>,
): RunEnvelope {
  return {
    ...envelopes,
    async prepare(request, options) {
      await confirm(request.key, request.file, request.enclosed ?? [])
      return envelopes.prepare(request, options)
    },
    async sign(request, options) {
      if (request.means.kind === 'key') {
        const { enclosed } = await envelopes.open(request.file, options)
        await confirm(request.means.key, request.file, enclosed)
      }
      return envelopes.sign(request, options)
    },
  }
}
