import { useMemo } from 'react'
import type {
  AppearanceLayout,
  Color,
  DrawItem,
  SignatureAppearance,
  SignatureMark,
} from '../../core/pdf/appearance/appearance.ts'
import { layoutAppearance } from '../../core/pdf/appearance/layout.ts'

const css = ([red, green, blue]: Color) =>
  `rgb(${[red, green, blue].map((part) => String(Math.round(part * 255))).join(' ')})`

type Props = Readonly<{
  appearance: SignatureAppearance
  /** Of the box as seen, in points. */
  width: number
  height: number
}>

function laidOut(appearance: SignatureAppearance, width: number, height: number): AppearanceLayout | null {
  try {
    return layoutAppearance(appearance, { width, height })
  } catch {
    return null // a box too small for anything; the frame of the box is still there
  }
}

/** The signature as it will be drawn into the PDF: laid out by the same code. */
export function AppearancePreview({ appearance, width, height }: Props) {
  const [w, h] = [Math.round(width), Math.round(height)]
  const layout = useMemo(() => laidOut(appearance, w, h), [appearance, w, h])
  if (!layout) return null
  return (
    <svg className="appearance" viewBox={`0 0 ${String(w)} ${String(h)}`} aria-hidden="true" preserveAspectRatio="none">
      {layout.items.map((item, index) => (
        <Item key={index} item={item} height={h} mark={appearance.mark} />
      ))}
    </svg>
  )
}

function Item({ item, height, mark }: { item: DrawItem; height: number; mark: SignatureMark | undefined }) {
  switch (item.kind) {
    case 'text':
      return (
        <text x={item.x} y={height - item.y} fontSize={item.size} fill={css(item.color)}>
          {item.text}
        </text>
      )
    case 'fill':
      return (
        <rect
          x={item.x}
          y={height - item.y - item.height}
          width={item.width}
          height={item.height}
          fill={css(item.color)}
        />
      )
    case 'frame':
      return (
        <rect
          x={item.x}
          y={height - item.y - item.height}
          width={item.width}
          height={item.height}
          rx={item.radius}
          fill="none"
          stroke={css(item.color)}
          strokeWidth={item.thickness}
        />
      )
    case 'mark':
      return mark?.kind === 'strokes' ? <Strokes item={item} height={height} mark={mark} /> : null
    case 'qr':
      return null
  }
}

type MarkItem = Extract<DrawItem, { kind: 'mark' }>
type StrokeMark = Extract<SignatureMark, { kind: 'strokes' }>

function Strokes({ item, height, mark }: { item: MarkItem; height: number; mark: StrokeMark }) {
  const points = (path: readonly number[]) =>
    Array.from(
      { length: path.length / 2 },
      (_each, index) => `${String(path[2 * index])},${String(path[2 * index + 1])}`,
    )
  return (
    <svg
      x={item.x}
      y={height - item.y - item.height}
      width={item.width}
      height={item.height}
      viewBox={`0 0 ${String(mark.width)} ${String(mark.height)}`}
    >
      {mark.paths.map((path, index) => (
        <polyline
          key={index}
          points={points(path).join(' ')}
          fill="none"
          stroke="rgb(23 28 38)"
          strokeWidth={mark.thickness}
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      ))}
    </svg>
  )
}
