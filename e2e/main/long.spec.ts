import { PDFDocument, StandardFonts } from 'pdf-lib'
import { expect, test } from '../support/test.ts'
import { pdfsig } from './judges.ts'
import { createKey, file, openToSign, sign, signButton, takeFile } from './steps.ts'

test('three hundred pages are drawn as they come into view, and signed @main', async ({ page }) => {
  const document = await PDFDocument.create()
  const font = await document.embedFont(StandardFonts.Helvetica)
  for (let number = 1; number <= 300; number++)
    document.addPage().drawText(`Page ${String(number)}`, { font, x: 72, y: 700 })
  await createKey(page)
  await openToSign(page, file('long.pdf', await document.save(), 'application/pdf'))
  await expect(signButton(page)).toContainText('300 pages', { timeout: 30_000 })
  await expect(page.locator('canvas').first()).toBeVisible()
  // A canvas that was not drawn yet keeps its first size, 300 by 150.
  const drawn = () =>
    page.locator('canvas').evaluateAll((all) => all.filter((one) => (one as HTMLCanvasElement).height > 150).length)
  await expect.poll(drawn).toBeGreaterThan(0)
  expect(await drawn()).toBeLessThan(40)
  await sign(page)
  const answer = pdfsig((await takeFile(page)).path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
})
