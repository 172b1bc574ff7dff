import type { AppearanceTemplate, SignatureMark } from '../../../core/pdf/appearance/appearance.ts'

/** Whence the mark comes: a name in a hand, a drawing, or a picture of one's own. */
export type MarkSource = 'typed' | 'drawn' | 'picture'

/** What a person chooses of a visible signature's looks; the words come from the certificate and the reason. */
export type Look = Readonly<{
  template: AppearanceTemplate
  source: MarkSource
  drawn: SignatureMark | null
  picture: SignatureMark | null
  /** Null: the name on the certificate. */
  typed: string | null
  /** A code that leads to the page where the document is verified. */
  code: boolean
}>

export const DEFAULT_LOOK: Look = {
  template: 'text',
  source: 'typed',
  drawn: null,
  picture: null,
  typed: null,
  code: false,
}

export const hasMark = ({ template }: Pick<Look, 'template'>): boolean =>
  template === 'mark' || template === 'mark-and-text'
