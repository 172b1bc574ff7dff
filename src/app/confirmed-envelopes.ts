import type { SourceFile } from '../core/formats/format.ts'
import type { KeyRef } from './manage-keys.ts'
import type { RunEnvelope } from './run-envelope.ts'

/**
 * Envelopes whose certificate signatures are confirmed first, as the policy asks. A simple signature is its own confirmation: it
 * is made of the code.
 *
 * @param confirm rejects when the person did not confirm; nothing is signed then
 */
export function confirmedEnvelopes(
  envelopes: RunEnvelope,
  confirm: (key: KeyRef, file: SourceFile) => Promise<void>,
): RunEnvelope {
  return {
    ...envelopes,
    async prepare(request, options) {
      await confirm(request.key, request.file)
      return envelopes.prepare(request, options)
    },
    async sign(request, options) {
      if (request.means.kind === 'key') await confirm(request.means.key, request.file)
      return envelopes.sign(request, options)
    },
  }
}
