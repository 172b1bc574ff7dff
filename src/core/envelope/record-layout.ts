/** Where things stand on the record that the preparer appends: A4 pages with a line for each signatory. Points from the bottom left. */
import type { FieldRect } from './manifest.ts'

export const RECORD_PAGE = { width: 595, height: 842, margin: 40 } as const

/** Top of the first line on the first page (below the head) and on those after it. */
const FIRST_TOP = 652
const NEXT_TOP = 786
const ROW = 78
const GAP = 8
/** Columns: who it is to be (static), what he writes, his signature. */
const RECORD_LEFT = 196
const RECORD_RIGHT = 428
const SIGNATURE_LEFT = 434
const RIGHT = RECORD_PAGE.width - RECORD_PAGE.margin

const rowsFrom = (top: number): number => Math.floor((top - RECORD_PAGE.margin + GAP) / (ROW + GAP))
const FIRST_ROWS = rowsFrom(FIRST_TOP)
const NEXT_ROWS = rowsFrom(NEXT_TOP)

export type RecordRow = Readonly<{
  /** 0-based among the pages of the record. */
  page: number
  top: number
  bottom: number
  text: Readonly<{ left: number; width: number }>
  record: FieldRect
  /** Where his signature goes when it has no place in the document. */
  signature: FieldRect
}>

export function recordRow(index: number, hasSignature: boolean): RecordRow {
  const beyond = index - FIRST_ROWS
  const page = beyond < 0 ? 0 : 1 + Math.floor(beyond / NEXT_ROWS)
  const onPage = beyond < 0 ? index : beyond % NEXT_ROWS
  const top = (page === 0 ? FIRST_TOP : NEXT_TOP) - onPage * (ROW + GAP)
  const bottom = top - ROW
  return {
    page,
    top,
    bottom,
    text: { left: RECORD_PAGE.margin, width: RECORD_LEFT - RECORD_PAGE.margin - 10 },
    record: [RECORD_LEFT, bottom, hasSignature ? RECORD_RIGHT : RIGHT, top],
    signature: [SIGNATURE_LEFT, bottom, RIGHT, top],
  }
}

export const recordPageCount = (rows: number): number => (rows === 0 ? 1 : recordRow(rows - 1, false).page + 1)
