import { expect, test } from '@playwright/test'
import { bareStory, placeSigner, type SdkPage } from '../support/bare-host.ts'
import { windowOf, type Story } from '../support/deal.ts'

let open: Story | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const ask = ({ page }: Story, names: readonly string[]) =>
  page.evaluate((all) => {
    const { signer } = window as unknown as SdkPage
    void signer.sign({ documents: all.map((name) => ({ id: name, name })) }).catch(() => undefined)
  }, names)

test.describe('@embed', () => {
  test('the signing window is as tall as what it holds: declining and cancelling are in sight', async () => {
    open = await bareStory({ storage: 'blocked' })
    await placeSigner(open)
    await ask(open, ['contract.pdf'])
    const popup = await windowOf(open)
    for (const [width, height] of [
      [1180, 760],
      [500, 760],
    ] as const) {
      await popup.setViewportSize({ width, height })
      for (const name of ['Decline', 'Cancel']) {
        await expect(popup.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 })
      }
      expect(await popup.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0)
    }
  })

  test("a host's documents are neither added to nor taken off the list: no button says so", async () => {
    open = await bareStory({ storage: 'blocked' })
    await placeSigner(open)
    await ask(open, ['contract.pdf', 'invoice.pdf'])
    const { frame } = open
    await expect(frame.getByRole('button', { name: /^invoice\.pdf/ })).toBeVisible()
    await expect(frame.getByText('Will be signed inside')).toHaveCount(2)
    await expect(frame.getByRole('button', { name: /^(Remove|Add files)/ })).toHaveCount(0)
  })
})
