import { SignError } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { ExtendOptions, FormatId, PreparedSignature, SignatureLevel, SignedFile, SignRequest } from './format.ts'

/** The half of a format that signs; options and state are the format's own, checked by it. */
export interface Signing {
  prepare(request: SignRequest<unknown>, ports: Ports): Promise<PreparedSignature<unknown>>
  embed(prepared: PreparedSignature<unknown>, values: readonly Uint8Array[], ports: Ports): Promise<SignedFile>
}

/** Each format is a chunk of its own: who signs a PDF does not load what writes the others. @throws SignError `FORMAT_UNSUPPORTED` */
export function signingOf(format: FormatId): Promise<Signing> {
  const signing = loaded.get(format) ?? load(format)
  loaded.set(format, signing)
  // A chunk that could not be fetched is asked for again.
  signing.catch(() => loaded.delete(format))
  return signing
}

const loaded = new Map<FormatId, Promise<Signing>>()

async function load(format: FormatId): Promise<Signing> {
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

export type Extending = (
  file: SignedFile,
  level: SignatureLevel,
  ports: Ports,
  options: ExtendOptions,
) => Promise<SignedFile>

/** The half of a format that raises what is signed to a higher level. @throws SignError `FORMAT_LEVEL_UNSUPPORTED` */
export async function extendingOf(format: FormatId): Promise<Extending> {
  switch (format) {
    case 'CAdES':
      return (await import('./cades/extend.ts')).extendCades
    case 'PAdES':
      return (await import('./pades/extend.ts')).extendPades
    case 'XAdES':
    case 'ASiC-S':
    case 'ASiC-E':
    case 'OOXML':
    case 'ODF':
      throw new SignError('FORMAT_LEVEL_UNSUPPORTED', `${format} is not raised here`, { details: { format } })
  }
}
