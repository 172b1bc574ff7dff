import { expect, test } from 'vitest'
import { directNetwork } from './network.ts'

const signal = new AbortController().signal
const here = location.origin
const limits = { timeout: 5000, bytes: 1000 }
const network = directNetwork({ origins: [here], relay: null, limits })

test('what is not configured is refused without asking', async () => {
  await expect(network.get('http://ocsp.example/x', signal)).rejects.toMatchObject({
    code: 'NETWORK_BLOCKED',
    details: { host: 'ocsp.example' },
  })
  await expect(network.get('no address', signal)).rejects.toThrow(TypeError)
})

test('an answer that is too large, a timeout and a cancel have their own words', async () => {
  const tiny = directNetwork({ origins: [here], relay: null, limits: { timeout: 5000, bytes: 1 } })
  await expect(tiny.get(location.href, signal)).rejects.toMatchObject({ code: 'NETWORK_TOO_LARGE' })
  const hasty = directNetwork({ origins: [here], relay: null, limits: { timeout: 0, bytes: 1000 } })
  await expect(hasty.get(location.href, signal)).rejects.toMatchObject({ code: 'NETWORK_TIMEOUT' })
  await expect(network.get(location.href, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
})

test('a configured service that refuses browsers is asked through the relay after all', async () => {
  // Chromium lets no page connect to port 1: the same failure as a missing CORS header.
  const routes = { origins: ['https://tsa.example:1'], limits: { timeout: 5000, bytes: 1 } }
  const ask = (relay: string | null) => directNetwork({ ...routes, relay }).get('https://tsa.example:1/', signal)
  await expect(ask(null)).rejects.toMatchObject({ code: 'NETWORK_BLOCKED', details: { host: 'tsa.example:1' } })
  await expect(ask(`${here}/?relay=`)).rejects.toMatchObject({
    code: expect.stringMatching(/NETWORK_(STATUS|TOO_LARGE)/),
    details: { host: location.host },
  })
})

test('a service that does not answer browsers goes by the relay, its address encoded', async () => {
  const relayed = directNetwork({ origins: [], relay: `${here}/?relay=`, limits: { timeout: 5000, bytes: 1 } })
  await expect(
    relayed.post('http://tsa.example/a?b=c', new Uint8Array(3), 'application/timestamp-query', signal),
  ).rejects.toMatchObject({
    code: expect.stringMatching(/NETWORK_(STATUS|TOO_LARGE)/),
    details: { host: location.host },
  })
})
