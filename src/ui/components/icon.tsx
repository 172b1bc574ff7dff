/** 16 px, one stroke width. Always beside words, or on a control that has a name. */
const SHAPES = {
  check: 'M3 8.5 6.5 12 13 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  cross: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  arrow: 'M2.5 8h11M9 3.5 13.5 8 9 12.5',
  alert: 'M8 2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1',
  info: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 7.2v4M8 4.8v.1',
  minus: 'M3.5 8h9',
  plus: 'M8 3v10M3 8h10',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  file: 'M4 1.8h5.2L12.5 5v9.2h-8.5zM9 2v3.2h3.4',
  document: 'M3.5 1.8h6L12.8 5v9.2H3.5zM9.3 2v3.2h3.3M5.5 8.2h5M5.5 10.8h5',
  key: 'M5.2 13.6a2.8 2.8 0 1 0 0-5.6a2.8 2.8 0 0 0 0 5.6zM7.2 8.8 13.8 2.2M10.6 5.4l2.2 2.2',
  download: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
  folder: 'M1.8 12.8V3.2h4.4l1.6 2h6.4v7.6z',
  trash: 'M2.5 4h11M6 4V2.2h4V4M4 4l.6 9.8h6.8L12 4',
  printer: 'M4 6V2h8v4M4 11.5H2V6h12v5.5h-2M4 9.5h8v4.5H4z',
  clock: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.5V8l2.4 1.6',
  pen: 'M2 14l1-3.6L11 2.4l2.6 2.6-8 8zM9.6 3.8l2.6 2.6',
  up: 'M3.5 10.5 8 6l4.5 4.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  grip: 'M6 3.5v.1M10 3.5v.1M6 8v.1M10 8v.1M6 12.5v.1M10 12.5v.1',
  person: 'M8 7.6a2.7 2.7 0 1 0 0-5.4a2.7 2.7 0 0 0 0 5.4zM3 14c.4-2.8 2.4-4.2 5-4.2s4.6 1.4 5 4.2',
  building: 'M3.5 14V2.5h6V14M9.5 6.5h3V14M2 14h12M5.6 5.2h1.8M5.6 8h1.8M5.6 10.8h1.8',
  text: 'M3 4V2.8h10V4M8 2.8v10.4M6.2 13.2h3.6',
  box: 'M3 3h10v10H3zM5.5 8.2 7.3 10l3.4-4.2',
  mail: 'M2 3.8h12v8.8H2zM2.3 4.2 8 8.8l5.7-4.6',
  share: 'M8 10V2M5.2 4.6 8 1.8l2.8 2.8M5 7H3.3v7h9.4V7H11',
  initials: 'M2.5 12.5 5 4l2.5 8.5M3.4 9.8h3.2M9.5 4v8.5h1.8a2.3 2.3 0 0 0 0-4.6H9.5h1.5a1.9 1.9 0 0 0 0-3.9z',
  shield: 'M8 1.8 13.2 4v4c0 3-2.2 5.2-5.2 6.2C5 13.2 2.8 11 2.8 8V4z',
} as const

export type IconName = keyof typeof SHAPES

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  )
}

/** The mark: two strokes, the second over the first. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" strokeWidth="2.2" strokeLinecap="round">
      <path d="M3 16.5C6 9 8.5 6 10 7s-2.5 8-1 9 3.5-6 5-6 0 4 1.5 4 2.5-2 5.5-3.5" stroke="currentColor" />
      <path d="M4 20.5h16" stroke="var(--accent)" />
    </svg>
  )
}
