import type { AppearanceTemplate, SignatureMark } from '../../../core/pdf/appearance/appearance.ts'

/** What a person chooses of a visible signature's looks; the words come from the certificate and the reason. */
export type Look = Readonly<{ template: AppearanceTemplate; mark: SignatureMark | null }>

export const DEFAULT_LOOK: Look = { template: 'text', mark: null }
