import { readFileSync } from 'node:fs'
import { createKey, SAMPLES } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { enterPeople, giveEnvelope, seal, signatory, signTurn, standing } from './steps.ts'

test('two sign copies of one turn: both files stay good, and the table shows where they part @envelope', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(180_000)
  await createKey(page, { name: 'Olena Office' })
  await giveEnvelope(page, SAMPLES.contract)
  await enterPeople(page, [{ name: 'Ann Example' }, { name: 'Boris Beispiel', together: true }])
  const sealed = await seal(page)
  const copies = []
  for (const [name, who] of [
    ['Ann Example', 's1'],
    ['Boris Beispiel', 's2'],
  ] as const) {
    const other = await signatory(browser, baseURL ?? '', name)
    await giveEnvelope(other.page, { name: `${who}.pdf`, bytes: sealed.bytes }, who)
    copies.push({ name: `${name}.pdf`, bytes: (await signTurn(other.page)).bytes })
    expect(other.complaints).toEqual([])
    await other.close()
  }
  const [ann, boris] = copies
  if (!ann || !boris) throw new Error('two copies')

  await giveEnvelope(page, [
    ann,
    boris,
    { name: 'sealed.pdf', bytes: sealed.bytes },
    { name: 'plain.pdf', bytes: new Uint8Array(readFileSync(SAMPLES.invoice)) },
  ])
  const table = page.getByRole('table')
  await expect(table.getByRole('row')).toHaveCount(5, { timeout: 30_000 })
  await expect(table.getByText('Compare the two copies')).toHaveCount(2)
  await expect(table.getByText('An older copy: put it away')).toHaveCount(1)
  await expect(table.getByText('This document is not an envelope.')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'envelope-table', [390, 560, 1280])

  // Sorted by keyboard, and carried into a spreadsheet in that order.
  const head = table.getByRole('columnheader', { name: 'Signed' })
  await head.getByRole('button').press('Enter')
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  await head.getByRole('button').press('Enter')
  await expect(head).toHaveAttribute('aria-sort', 'descending')
  await expect(table.getByRole('row').nth(1)).toContainText('1 of 2')
  const csv = await download(page, () => page.getByRole('button', { name: 'Export as CSV' }).click())
  const lines = new TextDecoder().decode(csv.bytes).trim().split('\r\n')
  expect(lines).toHaveLength(5)
  expect(lines[1]).toContain('1/2')
  expect(lines.at(-1)).toContain('plain.pdf')

  // On a phone each is a card that names its parts; sorted by keyboard and exported all the same, and nothing is wider than the page.
  for (const width of [390, 360]) {
    await page.setViewportSize({ width, height: 800 })
    for (const part of [page.locator('html'), page.getByRole('region', { name: 'Envelopes on the table' })]) {
      expect(await part.evaluate((one) => one.scrollWidth - one.clientWidth), String(width)).toBeLessThanOrEqual(0)
    }
  }
  const card = table.getByRole('row').filter({ hasText: 'Ann Example.pdf' })
  const waiting = card.getByRole('cell', { name: 'Boris Beispiel' })
  const named = () => waiting.evaluate((cell) => getComputedStyle(cell, '::before').content)
  expect(await named()).toBe('"Waiting for"')
  const [whole, part] = [await card.boundingBox(), await waiting.boundingBox()]
  expect(part?.width).toBeGreaterThan((whole?.width ?? 0) * 0.8)
  await head.getByRole('button').press('Enter')
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  await expect(table.getByRole('row').nth(1)).toContainText('0 of 2')
  const again = await download(page, () => page.getByRole('button', { name: 'Export as CSV' }).click())
  expect(new TextDecoder().decode(again.bytes)).toContain('0/2')
  await expectAccessible(page)
  await page.setViewportSize({ width: 1280, height: 800 })
  expect(await named()).toBe('none')

  // What both hold, what only one holds, and the later one asked to sign once more.
  await table.getByRole('button', { name: 'Compare the two copies' }).first().click()
  await expect(page.getByRole('heading', { name: 'Two copies went different ways' })).toBeVisible()
  const kept = page.getByRole('region', { name: 'Ann Example.pdf' })
  await expect(kept.getByText('Ann Example signed')).toBeVisible()
  await expect(kept.getByText('these sign once more: Boris Beispiel')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'envelope-conflict', [390, 560, 1280])
  await kept.getByRole('button', { name: 'Go on with this copy' }).click()
  await expect(standing(page)).toHaveText('Waiting for Boris Beispiel')
})
