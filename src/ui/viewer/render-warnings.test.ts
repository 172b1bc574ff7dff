import { expect, test } from 'vitest'
import { relevantWarning } from './render-warnings.ts'

test.each([
  'Warning: Unable to decode image "img_p0_1": "JpxError: OpenJPEG failed to initialize".',
  'Warning: JBig2 error',
  "Warning: Dependent image isn't ready yet",
])('a picture that is missing is told: %s', (text) => {
  expect(relevantWarning(text)).toBe(text.slice('Warning: '.length))
})

test.each([
  'Warning: TT: undefined function: 32',
  'Warning: Indexing all PDF objects',
  'Warning: getTextContent - ignoring errors during "GetTextContent: page 0" task: "Error: Worker task was terminated".',
  'something else',
  'Info: x',
])('what changes nothing seen is not: %s', (text) => {
  expect(relevantWarning(text)).toBeNull()
})

test('a warning of any length is cut', () => {
  expect(relevantWarning(`Warning: ${'x'.repeat(10_000)}`)).toHaveLength(300)
})
