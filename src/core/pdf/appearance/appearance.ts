/** What a visible signature shows. Plain cloneable data: the page, the worker and the preview use the same. */

/** Red, green, blue, each 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number]

/** A drawn, typed or uploaded mark. */
export type SignatureMark =
  /** Pixels row by row from the top, 4 octets each, alpha not premultiplied (canvas ImageData). */
  | Readonly<{ kind: 'image'; width: number; height: number; rgba: Uint8Array }>
  | StrokeMark
  /** A name in a hand: `font` is a TrueType font of that kind; what it lacks, the text's own font shows. */
  | Readonly<{ kind: 'typed'; text: string; font: Uint8Array }>

/** Pen strokes as x, y, x, y … in a box of that size, y downwards; `thickness` in the same units. */
export type StrokeMark = Readonly<{
  kind: 'strokes'
  width: number
  height: number
  thickness: number
  paths: readonly (readonly number[])[]
}>

/** The colour of ink. */
export const PEN: Color = [0.05, 0.13, 0.42]

export const TEMPLATES = ['text', 'mark-and-text', 'mark', 'stamp'] as const
export type AppearanceTemplate = (typeof TEMPLATES)[number]

export type SignatureAppearance = Readonly<{
  template: AppearanceTemplate
  /** Shown largest. */
  name: string
  /** Lines below, already worded in the signer's language: date, reason, place … */
  details: readonly string[]
  mark?: SignatureMark
  /** Text of a QR code at the right. */
  qr?: string
  /** What the signature says to those who cannot see it: /TU of the field. */
  alt: string
  /** The TrueType font to embed a subset of. */
  font: Uint8Array
  /** Of the bar and the frame; default a calm blue. */
  accent?: Color
}>

/** Something to draw, in points from the bottom left of the box, already upright for the reader. */
export type DrawItem =
  /** `y` is the baseline; `hand`: in the font of the typed mark. */
  | Readonly<{ kind: 'text'; x: number; y: number; size: number; text: string; color: Color; hand?: true }>
  | Readonly<{ kind: 'fill'; x: number; y: number; width: number; height: number; color: Color }>
  | Readonly<{
      kind: 'frame'
      x: number
      y: number
      width: number
      height: number
      radius: number
      thickness: number
      color: Color
    }>
  | Readonly<{ kind: 'mark'; x: number; y: number; width: number; height: number }>
  /** Rows from the top; true is dark. */
  | Readonly<{ kind: 'qr'; x: number; y: number; size: number; modules: readonly (readonly boolean[])[] }>

export type AppearanceLayout = Readonly<{
  /** Of the box as the reader sees it, in points. */
  width: number
  height: number
  items: readonly DrawItem[]
  /** Characters that the font lacks, shown as question marks: tell the signer. */
  missing: readonly string[]
  /** The font of the typed mark lacks some of its letters: it stands in the text's own font. */
  plainMark: boolean
  /** Text was cut with an ellipsis because the box is too small even for the smallest size. */
  truncated: boolean
}>
