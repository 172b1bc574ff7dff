import { expect, test } from 'vitest'
import { bundled } from './bundle.ts'

const turn = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function setup(isBusy = (): boolean => false) {
  const sent: (readonly unknown[])[] = []
  const post = bundled<unknown>((messages) => {
    structuredClone(messages)
    sent.push(messages)
  }, isBusy)
  return { sent, post }
}

test('what is said in one turn goes in one message, in its order; what is said alone does not wait', async () => {
  const { sent, post } = setup()
  for (const message of [1, 2, 3]) post({ message })
  expect(sent).toEqual([])
  await Promise.resolve()
  expect(sent).toEqual([[1, 2, 3]])
  post({ message: 4 })
  await Promise.resolve()
  expect(sent).toEqual([[1, 2, 3], [4]])
})

test('while more is to be expected a few wait for it, but not for long and not many', async () => {
  let busy = true
  const { sent, post } = setup(() => busy)
  post({ message: 1 })
  await Promise.resolve()
  expect(sent).toEqual([])
  post({ message: 2 })
  busy = false
  await Promise.resolve()
  expect(sent).toEqual([[1, 2]])
  busy = true
  post({ message: 3 })
  await turn(50)
  expect(sent).toEqual([[1, 2], [3]])
  for (let i = 0; i < 20; i++) {
    post({ message: i })
    await Promise.resolve()
  }
  expect(sent.length).toBeGreaterThan(3)
  await turn(50)
  expect(sent.slice(2).flat()).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test('what is urgent does not wait, and takes along what does', async () => {
  const { sent, post } = setup(() => true)
  post({ message: 1 })
  await Promise.resolve()
  expect(sent).toEqual([])
  post({ message: 2, urgent: true })
  await Promise.resolve()
  expect(sent).toEqual([[1, 2]])
})

test('what cannot be cloned is told of and keeps nothing else', async () => {
  const { sent, post } = setup()
  const failed: unknown[] = []
  post({ message: 1 })
  post({ message: () => 1, failed: (error) => failed.push(error) })
  post({ message: 2 })
  await Promise.resolve()
  expect(sent).toEqual([[1], [2]])
  expect(failed).toHaveLength(1)
  post({ message: () => 1, failed: (error) => failed.push(error) })
  await Promise.resolve()
  expect(failed).toHaveLength(2)
})

test('bytes change owner with the message they stand in', async () => {
  const transferred: Transferable[][] = []
  const post = bundled<unknown>(
    (_messages, transfer) => transferred.push(transfer),
    () => false,
  )
  const [a, b] = [new ArrayBuffer(1), new ArrayBuffer(2)]
  post({ message: a, transfer: [a] })
  post({ message: 1 })
  post({ message: b, transfer: [b] })
  await Promise.resolve()
  expect(transferred).toEqual([[a, b]])
})
