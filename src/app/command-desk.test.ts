import { expect, test } from 'vitest'
import type { SignCommand } from '../core/host.ts'
import { openDesk } from './command-desk.ts'

const command = (requestId: string): SignCommand => ({
  requestId,
  documents: [],
  profile: 'auto',
  level: null,
  reason: null,
  location: null,
  signer: null,
  fields: {},
  visible: false,
  unattended: false,
  envelope: null,
})
const forever = new AbortController().signal

test('the same id twice is one act and one answer, also after it was answered', async () => {
  const desk = openDesk()
  const first = desk.submit(command('a'), forever)
  const second = desk.submit(command('a'), forever)
  desk.current()?.answer({ status: 'declined', reason: 'no' })
  expect(await first).toEqual({ status: 'declined', reason: 'no' })
  expect(await second).toEqual({ status: 'declined', reason: 'no' })
  expect(await desk.submit(command('a'), forever)).toEqual({ status: 'declined', reason: 'no' })
  expect(desk.current()).toBeNull()
})

test('commands wait for each other, in order', async () => {
  const desk = openDesk()
  void desk.submit(command('a'), forever)
  void desk.submit(command('b'), forever)
  expect(desk.current()?.command.requestId).toBe('a')
  desk.current()?.answer({ status: 'cancelled' })
  expect(desk.current()?.command.requestId).toBe('b')
})

test('a command that the host took back rejects with AbortError, leaves the desk and may come again', async () => {
  const desk = openDesk()
  const control = new AbortController()
  const act = desk.submit(command('a'), control.signal)
  const open = desk.current()
  control.abort()
  await expect(act).rejects.toMatchObject({ name: 'AbortError' })
  expect(desk.current()).toBeNull()
  open?.answer({ status: 'cancelled' })
  const again = desk.submit(command('a'), forever)
  desk.current()?.answer({ status: 'cancelled' })
  expect(await again).toEqual({ status: 'cancelled' })
})

test('a command is on the table while an earlier answer is looked for; nothing that is done meanwhile counts when there is one', async () => {
  const desk = openDesk()
  const signed = { status: 'declined', reason: 'in an earlier life' } as const
  let found: (earlier: { answer: Promise<typeof signed> } | null) => void = () => undefined
  const earlier = new Promise<{ answer: Promise<typeof signed> } | null>((resolve) => {
    found = resolve
  })
  const act = desk.submit(command('a'), forever, earlier)
  const open = desk.current()
  expect(open?.command.requestId).toBe('a')
  open?.answer({ status: 'cancelled' })
  expect(desk.current()).toBe(open)
  found({ answer: Promise.resolve(signed) })
  await expect(open?.isNew).rejects.toMatchObject({ name: 'AbortError' })
  expect(await act).toEqual(signed)
  expect(desk.current()).toBeNull()
})

test('what is done while an earlier answer is looked for counts when there is none', async () => {
  const desk = openDesk()
  const act = desk.submit(command('a'), forever, Promise.resolve(null))
  desk.current()?.answer({ status: 'cancelled' })
  expect(await act).toEqual({ status: 'cancelled' })
})
