/** Predicates of JSON that anybody may have written. */

export type Shape = (value: unknown) => boolean
export const isText: Shape = (value) => typeof value === 'string' && value.length <= 20_000
export const isOptionalText: Shape = (value) => value === undefined || isText(value)
export const isCount: Shape = (value) => Number.isInteger(value) && Number(value) >= 0
export const isTime: Shape = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const oneOf =
  (...allowed: readonly unknown[]): Shape =>
  (value) =>
    allowed.includes(value)
export const listOf =
  (item: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(item)
export const recordOf =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    isRecord(value) && Object.entries(shapes).every(([key, shape]) => shape(value[key]))
export const mapOf =
  (item: Shape): Shape =>
  (value) =>
    isRecord(value) && Object.values(value).every(item)
export const textMap = mapOf(isText)
export const isPage: Shape = (value) => isCount(value) && Number(value) >= 1
export const isRect: Shape = (value) =>
  Array.isArray(value) &&
  value.length === 4 &&
  value.every((n) => Number.isFinite(n)) &&
  Number(value[0]) < Number(value[2]) &&
  Number(value[1]) < Number(value[3])
