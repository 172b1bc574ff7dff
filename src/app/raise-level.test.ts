import { expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { SignatureLevel, SignedFile } from '../core/formats/format.ts'
import type { WorkerClient } from '../worker/client.ts'
import { raiseLevel } from './raise-level.ts'

const signed: SignedFile = { name: 'a.pdf', blob: new Blob(['B-B']), type: 'application/pdf' }
const request = { format: 'PAdES', signed, chain: [], content: signed.blob } as const

/** A worker that refuses by level and authority, and says what it was asked. */
function scripted(refuse: (level: SignatureLevel, url: string) => ErrorCode | 'cancel' | null) {
  const asked: string[] = []
  const worker = {
    call(_: string, { level, options }: { level: SignatureLevel; options: { authority: { url: string } } }) {
      const { url } = options.authority
      asked.push(`${level} ${url}`)
      const code = refuse(level, url)
      if (code === 'cancel') return Promise.reject(new DOMException('stop', 'AbortError'))
      if (code !== null) return Promise.reject(new SignError(code, 'no'))
      return Promise.resolve({ ...signed, blob: new Blob([level]) })
    },
  } as unknown as WorkerClient
  return { worker, asked }
}

const raise = async (level: SignatureLevel, worker: WorkerClient, authorities = ['a', 'b']) => {
  const { file, ...rest } = await raiseLevel({ ...request, level }, worker, authorities, new AbortController().signal)
  return { ...rest, bytes: await file.blob.text() }
}

test('B-B asks nobody', async () => {
  const { worker, asked } = scripted(() => null)
  expect(await raise('B-B', worker)).toEqual({ level: 'B-B', warnings: [], bytes: 'B-B' })
  expect(asked).toEqual([])
})

test('the second authority is asked when the first refuses', async () => {
  const { worker, asked } = scripted((_, url) => (url === 'a' ? 'TSA_REFUSED' : null))
  expect(await raise('B-T', worker)).toEqual({ level: 'B-T', warnings: ['TSA_REFUSED'], bytes: 'B-T' })
  expect(asked).toEqual(['B-T a', 'B-T b'])
})

test('without revocation data a time-stamp is still added', async () => {
  const { worker, asked } = scripted((level) => (level === 'B-T' ? null : 'REVOCATION_UNAVAILABLE'))
  const raised = await raise('B-LTA', worker, ['a'])
  expect(raised).toEqual({ level: 'B-T', warnings: ['REVOCATION_UNAVAILABLE'], bytes: 'B-T' })
  expect(asked).toEqual(['B-LTA a', 'B-LT a', 'B-T a'])
})

test('no authority answers: the signature is kept as it is, and nobody is asked again', async () => {
  const { worker, asked } = scripted(() => 'NETWORK_BLOCKED')
  expect(await raise('B-LTA', worker)).toEqual({ level: 'B-B', warnings: ['NETWORK_BLOCKED'], bytes: 'B-B' })
  expect(asked).toHaveLength(2)
  expect(await raise('B-T', worker, [])).toMatchObject({ level: 'B-B', warnings: ['NETWORK_UNAVAILABLE'] })
})

test('a cancel is a cancel', async () => {
  const { worker } = scripted(() => 'cancel')
  await expect(raise('B-T', worker)).rejects.toMatchObject({ name: 'AbortError' })
})
