/** What a policy may refuse to sign (`PadesOptions.refuse`); each is a key of the catalogue of findings. */
export const CONTENT_FINDINGS = [
  'content-javascript',
  'content-launch',
  'content-form-data',
  'content-show-hide',
  'content-layers',
  'content-layers-hidden',
  'content-layers-switch',
  'content-xfa',
  'content-need-appearances',
  'content-annotation-covers',
  'content-annotation-hidden',
  'content-external-stream',
  'content-font-not-embedded',
  'content-trailing-bytes',
  'content-loose-bytes',
  'content-leading-bytes',
  'content-change-unexplained',
  'content-not-all-looked-at',
  'pdf-bytes-outside-objects',
  'recovered',
] as const

export type ContentFinding = (typeof CONTENT_FINDINGS)[number]
