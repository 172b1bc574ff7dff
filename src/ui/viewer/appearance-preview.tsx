import { useEffect, useMemo, useState } from 'react'
import { PEN } from '../../core/pdf/appearance/appearance.ts'
import type {
  AppearanceLayout,
  Color,
  DrawItem,
  SignatureAppearance,
  SignatureMark,
  StrokeMark,
} from '../../core/pdf/appearance/appearance.ts'
import { layoutAppearance } from '../../core/pdf/appearance/layout.ts'
import { penPaths, penWidth } from '../../core/pdf/appearance/strokes.ts'

const css = ([red, green, blue]: Color) =>
  `rgb(${[red, green, blue].map((part) => String(Math.round(part * 255))).join(' ')})`

type Props = Readonly<{
  appearance: SignatureAppearance
  /** Of the box as seen, in points. */
  width: number
  height: number
}>

/** Null for a box too small for anything; the frame of the box is still there. */
export function laidOut(appearance: SignatureAppearance, width: number, height: number): AppearanceLayout | null {
  try {
    return layoutAppearance(appearance, { width, height })
  } catch {
    return null
  }
}

/** Hundredths, as rectangles are written. */
const hundredth = (value: number) => Math.round(value * 100) / 100

/** The signature as it will be drawn into the PDF: laid out by the same code. */
export function AppearancePreview({ appearance, width, height }: Props) {
  const [w, h] = [hundredth(width), hundredth(height)]
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
        <text
          className={item.hand ? 'hand' : undefined}
          x={item.x}
          y={height - item.y}
          fontSize={item.size}
          fill={css(item.color)}
        >
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
      if (mark?.kind === 'strokes') return <Strokes item={item} height={height} mark={mark} />
      return mark?.kind === 'image' ? <Picture item={item} height={height} mark={mark} /> : null
    case 'qr':
      return <Code item={item} height={height} />
  }
}

type Of<Kind extends DrawItem['kind']> = Extract<DrawItem, { kind: Kind }>

function Strokes({ item, height, mark }: { item: Of<'mark'>; height: number; mark: StrokeMark }) {
  const scale = item.width / mark.width
  const top = height - item.y - item.height
  const d = useMemo(() => {
    const at = (points: readonly number[]) =>
      points.map((value, i) => hundredth((i % 2 === 0 ? item.x : top) + value * scale)).join(' ')
    return penPaths(mark)
      .map(({ start, curves }) => `M${at(start)} ${curves.map((curve) => `C${at(curve)}`).join(' ')}`)
      .join(' ')
  }, [mark, item.x, top, scale])
  return (
    <path
      d={d}
      fill="none"
      stroke={css(PEN)}
      strokeWidth={penWidth(mark, item.width)}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  )
}

type ImageMark = Extract<SignatureMark, { kind: 'image' }>

function Picture({ item, height, mark }: { item: Of<'mark'>; height: number; mark: ImageMark }) {
  const [url, setUrl] = useState('')
  useEffect(() => {
    const canvas = new OffscreenCanvas(mark.width, mark.height)
    const pixels = new ImageData(new Uint8ClampedArray(mark.rgba), mark.width, mark.height)
    canvas.getContext('2d')?.putImageData(pixels, 0, 0)
    let made = ''
    let current = true
    canvas
      .convertToBlob({ type: 'image/png' })
      .then((blob) => {
        if (!current) return
        made = URL.createObjectURL(blob)
        setUrl(made)
      })
      .catch(() => undefined)
    return () => {
      current = false
      URL.revokeObjectURL(made)
    }
  }, [mark])
  if (url === '') return null
  const { x, y, width } = item
  return <image href={url} x={x} y={height - y - item.height} width={width} height={item.height} />
}

function Code({ item, height }: { item: Of<'qr'>; height: number }) {
  const { x, y, size, modules } = item
  const top = height - y - size
  const step = size / modules.length
  const d = modules
    .flatMap((row, r) =>
      row.map((dark, c) =>
        dark
          ? `M${String(x + c * step)} ${String(top + r * step)}h${String(step)}v${String(step)}h${String(-step)}z`
          : '',
      ),
    )
    .join('')
  return (
    <>
      <rect x={x} y={top} width={size} height={size} fill="#ffffff" />
      <path d={d} fill="#000000" shapeRendering="crispEdges" />
    </>
  )
}
