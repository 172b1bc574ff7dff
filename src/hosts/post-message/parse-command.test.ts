import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SignError } from '../../core/errors.ts'
import { parseCommand } from './parse-command.ts'
import { readEmbedder } from './embedder.ts'

const good = { requestId: 'r-1', documents: [{ id: 'a', name: 'a.pdf', blob: new Blob(['x']) }] }
const refusal = (value: unknown) => {
  try {
    parseCommand(value)
    return 'accepted'
  } catch (error) {
    return error instanceof SignError ? `${error.code} ${String(error.details['field'])}` : error
  }
}

test('a command is read with its defaults; what is unknown is ignored', () => {
  expect(parseCommand({ ...good, future: 1 })).toMatchObject({
    profile: 'auto',
    level: null,
    visible: false,
    fields: {},
  })
  expect(parseCommand(good).documents[0]).toMatchObject({ id: 'a', version: null, sha256: null })
})

test('what is malformed refuses the whole command, and names the field', () => {
  for (const [change, field] of [
    [{ requestId: '' }, 'requestId'],
    [{ requestId: 'a b' }, 'requestId'],
    [{ documents: [] }, 'documents'],
    [{ documents: 'a' }, 'documents'],
    [{ documents: [{ name: 'a' }] }, 'documents/0/id'],
    [{ documents: [{ id: 'a' }] }, 'documents/0/name'],
    [{ documents: [{ id: 'a', name: 'a', blob: 'text' }] }, 'documents/0/blob'],
    [{ documents: [{ id: 'a', name: 'a', sha256: 'zz' }] }, 'documents/0/sha256'],
    [
      {
        documents: [
          { id: 'a', name: 'a' },
          { id: 'a', name: 'b' },
        ],
      },
      'documents/id',
    ],
    [{ profile: 'XML' }, 'profile'],
    [{ level: 'B' }, 'level'],
    [{ signer: 'ab' }, 'signer'],
    [{ reason: 7 }, 'reason'],
    [{ reason: 'x'.repeat(256) }, 'reason'],
    [{ fields: { a: 7 } }, 'fields'],
    [{ fields: { a: ['x', 7] } }, 'fields'],
    [{ fields: [] }, 'fields'],
  ] as const)
    expect(refusal({ ...good, ...change }), JSON.stringify(change)).toBe(`HOST_MESSAGE_INVALID ${field}`)
})

test('an envelope comes with what travels beside it, or with what it is to stand for; not with more than it holds', () => {
  const documents = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `d${i}`, name: `${i}.docx` }))
  const asked = { ...good, documents: documents(201), envelope: { kind: 'act' } }
  expect(parseCommand(asked).documents).toHaveLength(201)
  expect(refusal({ ...asked, documents: documents(202) })).toBe('HOST_MESSAGE_INVALID documents')
})

test('a document over the limit is refused by its size, unread', () => {
  const big = { size: 500 * 2 ** 20 }
  const blob = Object.create(Blob.prototype, { size: { value: big.size }, type: { value: '' } }) as Blob
  expect(() =>
    parseCommand({ ...good, documents: [{ id: 'a', name: 'a', blob }] }, { documents: 1, bytes: 2 ** 20 }),
  ).toThrow(
    expect.objectContaining({
      code: 'HOST_DOCUMENT_TOO_LARGE',
      details: { name: 'a', size: big.size, limit: 2 ** 20 },
    }),
  )
})

test('any value is a command or a coded refusal', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (a, b) => {
      for (const value of [a, { requestId: 'r', documents: [a, b] }, { ...good, fields: a, profile: b }]) {
        const outcome = refusal(value)
        expect(typeof outcome).toBe('string')
      }
    }),
    { seed: 20261122, numRuns: 500 },
  )
})

const top = {} as Window
const frame = (parent: object, of: object = parent) => ({ parent, top: of }) as Window

test('who holds the frame: all ancestors where the browser tells, else only a parent that is the top', () => {
  const alone = { parent: null, top: null } as unknown as { parent: unknown; top: unknown }
  alone.parent = alone
  expect(readEmbedder({ self: alone as Window, ancestorOrigins: [], claimed: null })).toEqual({ kind: 'none' })
  expect(readEmbedder({ self: frame(top), ancestorOrigins: ['https://b', 'https://a'], claimed: 'https://x' })).toEqual(
    {
      kind: 'framed',
      origins: ['https://b', 'https://a'],
      certain: true,
    },
  )
  expect(readEmbedder({ self: frame(top), ancestorOrigins: undefined, claimed: 'https://crm.example/x' })).toEqual({
    kind: 'framed',
    origins: ['https://crm.example'],
    certain: false,
  })
  expect(readEmbedder({ self: frame(top, {}), ancestorOrigins: undefined, claimed: 'https://crm.example' }).kind).toBe(
    'unknown',
  )
  expect(readEmbedder({ self: frame(top), ancestorOrigins: undefined, claimed: 'nonsense' }).kind).toBe('unknown')
  expect(readEmbedder({ self: frame(top), ancestorOrigins: [], claimed: null }).kind).toBe('unknown')
})
