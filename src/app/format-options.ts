import type { CadesOptions } from '../core/formats/cades/sign.ts'
import type { FormatId } from '../core/formats/format.ts'
import type { PadesOptions } from '../core/formats/pades/options.ts'
import type { SignOptions, VisiblePlace } from './sign-documents.ts'

/** The person's choices in the words of the format. What a format cannot hold is left out. `refuse` is the administrator's. */
export function formatOptions(
  format: FormatId,
  options: SignOptions,
  refuse: readonly string[] = [],
): PadesOptions | CadesOptions {
  return format === 'PAdES' ? { ...padesOptions(options), refuse } : cadesOptions(options)
}

function cadesOptions({ location }: SignOptions): CadesOptions {
  return location?.trim() ? { location: { locality: location.trim() } } : {}
}

function padesOptions(options: SignOptions): PadesOptions {
  const { place, reason, location, contact, password, appearance, fill, certify, lock } = options
  return {
    ...fieldOf(place),
    ...(appearance && place.kind !== 'none' ? { appearance } : {}),
    ...(reason?.trim() ? { reason: reason.trim() } : {}),
    ...(location?.trim() ? { location: location.trim() } : {}),
    ...(contact?.trim() ? { contact: contact.trim() } : {}),
    ...(password === undefined ? {} : { password }),
    ...(fill ? { fill } : {}),
    ...(certify ? { certify } : {}),
    ...(lock ? { lock } : {}),
  }
}

function fieldOf(place: VisiblePlace): Pick<PadesOptions, 'field'> {
  switch (place.kind) {
    case 'none':
      return {}
    case 'field':
      return { field: { kind: 'existing', name: place.name } }
    case 'box':
      return { field: { kind: 'new', page: place.page, rect: place.rect } }
  }
}
