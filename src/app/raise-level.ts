/** From B-B to the level asked for. A signature that exists is never lost for a time-stamp: what cannot be had lowers the level. */
import { isAbort } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { FormatId, SignatureLevel, SignedFile } from '../core/formats/format.ts'
import type { WorkerClient } from '../worker/client.ts'
import { refusalOf } from './refusal.ts'

export type RaiseRequest = Readonly<{
  format: FormatId
  signed: SignedFile
  level: SignatureLevel
  /** Of the signer's certificate. DER. */
  chain: readonly Uint8Array[]
  /** The signed file of a detached signature. */
  content: Blob
  password?: string
}>

export type Raised = Readonly<{
  file: SignedFile
  level: SignatureLevel
  /** Why it is not the level asked for. */
  warnings: readonly ErrorCode[]
}>

const LOWER: Readonly<Record<SignatureLevel, SignatureLevel>> = {
  'B-LTA': 'B-LT',
  'B-LT': 'B-T',
  'B-T': 'B-B',
  'B-B': 'B-B',
}

/**
 * Asks the time-stamp authorities in their order, then a level lower.
 *
 * @param authorities URLs of config.json
 * @throws AbortError only
 */
export async function raiseLevel(
  request: RaiseRequest,
  worker: WorkerClient,
  authorities: readonly string[],
  signal: AbortSignal,
): Promise<Raised> {
  const { format, signed, level, chain, content, password } = request
  const warnings = new Set<ErrorCode>()
  if (level !== 'B-B' && authorities.length === 0) warnings.add('NETWORK_UNAVAILABLE')
  for (let wanted = level; wanted !== 'B-B'; wanted = LOWER[wanted]) {
    let helps = false
    for (const url of authorities) {
      const options = { authority: { url }, certificates: chain, content, ...(password !== undefined && { password }) }
      try {
        const file = await worker.call('extend', { format, file: signed, level: wanted, options }, { signal })
        return { file, level: wanted, warnings: [...warnings] }
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error
        const { code } = refusalOf(error)
        warnings.add(code)
        helps ||= code === 'CHAIN_INCOMPLETE' || code === 'REVOCATION_UNAVAILABLE'
      }
    }
    // A lower level needs less evidence, but the same authorities.
    if (!helps) break
  }
  return { file: signed, level: 'B-B', warnings: [...warnings] }
}
