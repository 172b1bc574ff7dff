/**
 * Documents of any kind that an envelope's cover sheet stands for. The certified manifest holds their digests, so that a signature over
 * the cover is one over them: the principle of ASiCManifest (EN 319 162-1, A.4).
 */
import { isCount, isPage, isRecord, type Shape } from './shapes.ts'

export type EnclosedDocument = Readonly<{
  /** Clean (see `cleanName`) and, without regard to case, its own. */
  name: string
  mediaType: string
  /** Bytes, at least one. */
  size: number
  /** Lower-case hex. */
  sha256: string
  /** Of a PDF that can be read. */
  pages?: number
  /** It stands in the cover's file, byte for byte. False: it travels beside it. */
  attached: boolean
}>

/** What laid a cover sheet out, as its manifest states. */
export type CoverMaker = Readonly<{
  layout: number
  /** Of the font that it is written in a subset of: lower-case hex SHA-256. */
  font: string
}>

export const MOST_ENCLOSED = 200
const LONGEST_NAME = 120
/** Together above this they are better sent beside the cover. Bytes. */
export const LARGE_TOGETHER = 20_000_000

/** The envelope's own file; a document may not go by its name. */
export const MANIFEST_NAME = 'countersign-envelope.json'

/** Path separators, what no file system takes, and characters that are not seen or turn the text around them (U+202E …). */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]/gu
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** A name that can be shown and saved as it is: no path, nothing hidden, at most 120 characters with its ending kept. */
export function cleanName(name: string): string {
  const plain = name
    .replace(UNSAFE, '_')
    .normalize('NFC')
    .replace(/\p{Zs}+/gu, ' ')
    .replace(/^[ .]+|[ .]+$/g, '')
    .replace(DEVICE, '_$1')
  return plain === '' ? 'document' : shortened(plain)
}

function shortened(name: string): string {
  const characters = Array.from(name)
  if (characters.length <= LONGEST_NAME) return name
  const ending = Array.from(/\.[^. ]{1,16}$/.exec(name)?.[0] ?? '')
  const stem = characters.slice(0, LONGEST_NAME - ending.length).join('')
  return stem.replace(/[ .]+$/, '') + ending.join('')
}

/** Clean names in that order, each its own: of the same ones the later get a number. */
export function ownNames(names: readonly string[]): readonly string[] {
  const taken = new Set([MANIFEST_NAME])
  return names.map((given) => {
    const clean = cleanName(given)
    const [, stem = clean, ending = ''] = /^(.+?)(\.[^. ]{1,16})?$/su.exec(clean) ?? []
    let name = clean
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = cleanName(`${stem.slice(0, 90)} (${n})${ending}`)
    taken.add(name.toLowerCase())
    return name
  })
}

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,93}$/

const OFFICE = 'application/vnd.openxmlformats-officedocument'
const BY_ENDING: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  docx: `${OFFICE}.wordprocessingml.document`,
  xlsx: `${OFFICE}.spreadsheetml.sheet`,
  pptx: `${OFFICE}.presentationml.presentation`,
  doc: 'application/msword',
  xls: 'application/vnd.ms-excel',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  rtf: 'application/rtf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  xml: 'application/xml',
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
  zip: 'application/zip',
  eml: 'message/rfc822',
  p7s: 'application/pkcs7-signature',
  asice: 'application/vnd.etsi.asic-e+zip',
}

/** By the ending of the name, which every machine sees alike; else as the browser or the host says. */
export function mediaTypeOf(name: string, given: string): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const said = given.split(';')[0]?.trim().toLowerCase() ?? ''
  return BY_ENDING[ending] ?? (MEDIA_TYPE.test(said) ? said : 'application/octet-stream')
}

export const isEnclosed: Shape = (value) =>
  isRecord(value) &&
  typeof value['name'] === 'string' &&
  cleanName(value['name']) === value['name'] &&
  typeof value['mediaType'] === 'string' &&
  MEDIA_TYPE.test(value['mediaType']) &&
  isCount(value['size']) &&
  Number(value['size']) > 0 &&
  typeof value['sha256'] === 'string' &&
  /^[0-9a-f]{64}$/.test(value['sha256']) &&
  (value['pages'] === undefined || isPage(value['pages'])) &&
  typeof value['attached'] === 'boolean'

/** What is wrong with the list as a whole; null: nothing. */
export function enclosedProblem(enclosed: readonly EnclosedDocument[]): string | null {
  if (enclosed.length === 0) return 'no document is enclosed'
  if (enclosed.length > MOST_ENCLOSED) return `more than ${MOST_ENCLOSED} enclosed documents`
  const names = new Set([MANIFEST_NAME, ...enclosed.map(({ name }) => name.toLowerCase())])
  return names.size === enclosed.length + 1 ? null : 'two enclosed documents have the same name'
}
