import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { opensslDetached, pdfsig } from './judges.ts'
import { createKey, openToSign, openToVerify, file, sign, signButton, takeFile } from './steps.ts'

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

test('a file of 20 MB under a key of P-384, which is hashed piece by piece: others find it good, a twin is refused @main', async ({
  page,
}) => {
  const content = join(mkdtempSync(join(tmpdir(), 'countersign-')), 'film.bin')
  const bytes = randomBytes(20 << 20)
  writeFileSync(content, bytes)
  await createKey(page, { algorithm: 'ECDSA P-384: stronger, read everywhere' })
  const certificate = await download(page, () => page.getByRole('button', { name: 'Certificate (PEM)' }).click())
  await openToSign(page, content)
  await sign(page)
  const signature = await takeFile(page)
  const answer = opensslDetached(signature.path, content, certificate.path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
  await openToVerify(page, [content, signature.path])
  await expect(page.locator('.verdict')).toContainText('Nothing was changed since.')

  bytes[15 << 20] = (bytes[15 << 20] ?? 0) ^ 1
  writeFileSync(content, bytes)
  await page.getByRole('button', { name: 'Start again' }).click()
  await openToVerify(page, [content, signature.path])
  await expect(page.locator('.verdict')).toContainText('was changed after')
})
