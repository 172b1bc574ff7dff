import { createServer } from 'node:net'
import { test as base } from '../support/test.ts'
import { makeRig, missing, startBridge, type Bridge, type Rig } from '../token/rig.mjs'

/** What the @tokens stories need and this machine lacks. */
export const lacks = missing()

/** Fortify has one fixed port: whoever holds the port beside it has the bridge to itself, over all workers. */
const TURN = 31336

async function takeTurn(): Promise<() => Promise<void>> {
  for (;;) {
    const turn = createServer()
    const mine = await new Promise<boolean>((resolve) => {
      turn.once('error', () => resolve(false))
      turn.listen(TURN, '127.0.0.1', () => resolve(true))
    })
    if (mine) return () => new Promise((resolve) => turn.close(() => resolve()))
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** A token of SoftHSM2 and the bridge before it; the person at the bridge approves and gives the PIN. */
export const test = base.extend<{ bridge: Bridge; bridgeOptions: object }, { rig: Rig }>({
  /** What the token says of itself: `algorithms`, `tokenFlags`. */
  bridgeOptions: [{}, { option: true }],
  rig: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's dependencies from the pattern
    async ({}, use) => {
      const rig = makeRig()
      await use(rig)
      rig.remove()
    },
    { scope: 'worker' },
  ],
  bridge: [
    async ({ rig, bridgeOptions }, use) => {
      const endTurn = await takeTurn()
      const bridge = await startBridge(rig, bridgeOptions)
      await use(bridge)
      await bridge.stop()
      await endTurn()
    },
    { timeout: 0 },
  ],
})

export { expect } from '../support/test.ts'
