import { expect, test } from 'vitest'
import { labelBeside } from './field-boxes.tsx'

test.each([
  ['in the middle', 300, { side: 'right', room: 286 }],
  ['near the left edge', 4, { side: 'right', room: 582 }],
  ['with just enough room', 466, { side: 'right', room: 120 }],
  ['near the right edge', 540, { side: 'left', room: 540 }],
])('the label of a check box %s stays on the page', (_, left, expected) => {
  expect(labelBeside({ left, top: 10, width: 14, height: 14 }, { width: 600 })).toEqual(expected)
})
