import { SignError } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { FormatId, PreparedSignature, SignedFile, SignRequest } from './format.ts'

/** The half of a format that signs; options and state are the format's own, checked by it. */
export interface Signing {
  prepare(request: SignRequest<unknown>, ports: Ports): Promise<PreparedSignature<unknown>>
  embed(prepared: PreparedSignature<unknown>, values: readonly Uint8Array[], ports: Ports): Promise<SignedFile>
}

/** Each format is a chunk of its own: who signs a PDF does not load what writes the others. @throws SignError `FORMAT_UNSUPPORTED` */
export async function signingOf(format: FormatId): Promise<Signing> {
  switch (format) {
    case 'CAdES': {
      const { prepareCades, embedCades } = await import('./cades/sign.ts')
      return { prepare: prepareCades, embed: embedCades } as Signing
    }
    case 'PAdES': {
      const [{ preparePades }, { embedPades }] = await Promise.all([
        import('./pades/prepare.ts'),
        import('./pades/embed.ts'),
      ])
      return { prepare: preparePades, embed: embedPades } as Signing
    }
    case 'XAdES':
    case 'ASiC-S':
    case 'ASiC-E':
    case 'OOXML':
    case 'ODF':
      throw new SignError('FORMAT_UNSUPPORTED', `${format} is not written here`, { details: { format } })
  }
}
