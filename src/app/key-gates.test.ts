import { expect, test } from 'vitest'
import { SignError } from '../core/errors.ts'
import { createKeyGates, type ConfirmingPasskey, type GateRecord } from './key-gates.ts'
import type { RecordShelf } from './record-shelf.ts'
import { codeOf, stepAt } from './totp.ts'

const key = { provider: 'browser', id: 'k1' }
const signal = new AbortController().signal

function setUp() {
  const records = new Map<string, GateRecord>()
  const shelf: RecordShelf<GateRecord> = {
    all: async () => [...records.values()],
    get: async (id) => records.get(id) ?? null,
    async change(id, change) {
      const next = change(records.get(id) ?? null)
      if (next) records.set(id, next)
      else records.delete(id)
      return next
    },
    onChange: () => () => undefined,
  }
  let time = Date.UTC(2026, 10, 25, 12, 0, 0)
  const asked: Uint8Array[] = []
  let passkeyFails = false
  const gates = createKeyGates({
    shelf,
    clock: { now: () => new Date(time) },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    engine: { id: 'test', subtle: crypto.subtle, hasher: () => Promise.reject(new Error('not asked')) },
    issuer: 'sign.example',
    enrolPasskey: async () => ({}) as ConfirmingPasskey,
    askPasskey: async (_passkey, challenge) => {
      asked.push(challenge)
      if (passkeyFails) throw new SignError('CONSENT_PASSKEY_FAILED', 'no')
    },
    passkeysAllowed: () => true,
  })
  return {
    gates,
    records,
    asked,
    fail: () => (passkeyFails = true),
    pass: (seconds: number) => (time += seconds * 1000),
    now: () => new Date(time),
  }
}

async function enrolled() {
  const world = setUp()
  const offer = await world.gates.offerTotp('Olena')
  const code = (steps = 0) => codeOf(crypto.subtle, offer.key, stepAt(world.now()) + steps)
  expect(await world.gates.enrolTotp(key, offer, await code())).toBe(true)
  world.pass(90)
  return { ...world, code }
}

test('an app is enrolled only by a code that proves it', async () => {
  const { gates, records, now } = setUp()
  const offer = await gates.offerTotp('Olena')
  expect(offer.address).toBe(`otpauth://totp/sign.example:Olena?secret=${offer.secret}&issuer=sign.example`)
  expect(offer.secret).toMatch(/^[A-Z2-7]{32}$/)
  const right = await codeOf(crypto.subtle, offer.key, stepAt(now()))
  const wrong = right === '000000' ? '111111' : '000000'
  expect(await gates.enrolTotp(key, offer, wrong)).toBe(false)
  expect(await gates.enrolTotp(key, offer, '')).toBe(false)
  expect(records.size).toBe(0)
  expect(await gates.enrolTotp(key, offer, `${right.slice(0, 3)} ${right.slice(3)}`)).toBe(true)
  expect(await gates.enrolled(key, 'totp')).toBe(true)
  expect(await gates.enrolled(key, 'passkey')).toBe(false)
  expect(JSON.stringify([...records])).not.toContain(offer.secret)
})

test('a code counts once, in its step and one beside it', async () => {
  const { gates, code, pass } = await enrolled()
  expect(await gates.checkCode(key, await code(-2))).toMatchObject({ status: 'wrong' })
  expect(await gates.checkCode(key, await code(2))).toMatchObject({ status: 'wrong' })
  expect(await gates.checkCode(key, await code(-1))).toEqual({ status: 'right' })
  expect(await gates.checkCode(key, await code(-1))).toEqual({ status: 'used' })
  expect(await gates.checkCode(key, await code(1))).toEqual({ status: 'right' })
  // What lies before a code that was taken is over too.
  expect(await gates.checkCode(key, await code(0))).toEqual({ status: 'used' })
  pass(60)
  expect(await gates.checkCode(key, await code(0))).toEqual({ status: 'right' })
})

test('two pages that send the same code at once: one is let through', async () => {
  const { gates, code } = await enrolled()
  const right = await code()
  const verdicts = await Promise.all([gates.checkCode(key, right), gates.checkCode(key, right)])
  expect(verdicts.map(({ status }) => status).toSorted()).toEqual(['right', 'used'])
})

test('wrong codes make longer and longer pauses, in which not even the right one counts', async () => {
  const { gates, code, pass, now } = await enrolled()
  const wrong = async () => gates.checkCode(key, (await code()) === '000000' ? '111111' : '000000')
  for (const triesLeft of [4, 3, 2, 1]) expect(await wrong()).toEqual({ status: 'wrong', triesLeft })
  expect(await wrong()).toEqual({ status: 'paused', until: new Date(now().getTime() + 60_000) })
  expect(await gates.checkCode(key, await code())).toMatchObject({ status: 'paused' })
  pass(61)
  expect(await wrong()).toEqual({ status: 'paused', until: new Date(now().getTime() + 120_000) })
  pass(121)
  expect(await gates.checkCode(key, await code())).toEqual({ status: 'right' })
  pass(60)
  expect(await wrong()).toEqual({ status: 'wrong', triesLeft: 4 })
})

test('nothing enrolled is a coded refusal', async () => {
  const { gates } = setUp()
  await expect(gates.checkCode(key, '123456')).rejects.toMatchObject({ code: 'CONSENT_NOT_ENROLLED' })
  await expect(gates.confirmByPasskey(key, [], signal)).rejects.toMatchObject({ code: 'CONSENT_NOT_ENROLLED' })
})

test('a passkey answers a challenge made of these documents and a fresh nonce', async () => {
  const { gates, asked, fail } = setUp()
  await gates.enrolPasskey(key, 'Olena', signal)
  const first = await gates.confirmByPasskey(key, ['aa', 'bb'], signal)
  const text = `{"purpose":"countersign-consent/1","nonce":"${first['nonce']}","documents":["aa","bb"]}`
  const expected = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  expect(asked[0]).toEqual(expected)
  const second = await gates.confirmByPasskey(key, ['aa', 'bb'], signal)
  expect(second['challenge']).not.toBe(first['challenge'])
  fail()
  await expect(gates.confirmByPasskey(key, ['aa'], signal)).rejects.toMatchObject({ code: 'CONSENT_PASSKEY_FAILED' })
})
