import { expect, test } from '@playwright/test'
import { readableOn } from '../../src/ui/accent.ts'
import { bareStory, placeSigner, type SdkPage } from '../support/bare-host.ts'
import { windowOf, type Story } from '../support/deal.ts'

let open: Story | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const rgb = (hex: string): string =>
  `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`

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
    // In the frame the focus stands on what took the buttons' place.
    await expect(open.frame.locator('[data-landing]:focus')).toContainText('Continue in the signing window')
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

  test('a frame that waits is found by its heading', async () => {
    open = await bareStory({ storage: 'blocked' })
    await placeSigner(open)
    await expect(open.frame.getByText('Waiting for a document from')).toBeVisible()
    await expect(open.frame.getByRole('heading', { level: 1 })).toHaveText(/^Sign for /)
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

  test("a host's colour is kept for the button that acts; words and focus are made readable", async () => {
    open = await bareStory({ storage: 'blocked' })
    await placeSigner(open)
    await ask(open, ['contract.pdf'])
    const { page, frame } = open
    const act = frame.getByRole('button', { name: 'Sign in a window' })
    for (const [mode, ground] of [
      ['light', '#ffffff'],
      ['dark', '#1f2227'],
    ] as const) {
      const accent = mode === 'light' ? '#ffb000' : '#0b3fbf'
      await page.evaluate((theme) => (window as unknown as SdkPage).signer.setTheme(theme), { mode, accent })
      await expect.poll(() => act.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(rgb(accent))
      await act.focus()
      await page.keyboard.press('Tab')
      const ringOf = () => frame.locator(':focus-visible').evaluate((element) => getComputedStyle(element).outlineColor)
      await expect.poll(ringOf).toMatch(/^rgb\(/)
      const numbers = (await ringOf()).match(/\d+/g) ?? []
      const hex = `#${numbers.map((value) => Number(value).toString(16).padStart(2, '0')).join('')}`
      expect(hex).not.toBe(accent)
      expect(readableOn(ground, hex)).toBe(hex)
    }
  })
})
