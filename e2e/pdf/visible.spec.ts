import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { codeOn, pdfsig, pixelsOf, qpdfCheck, textOf } from '../main/judges.ts'
import { createKey, file, give, openToSign, openToVerify, sign, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { turnedFile } from './files.ts'

/** Where the box stands on the page, as parts of the page's width and height. */
async function placeOnPage(page: Page): Promise<{ left: number; top: number; right: number; bottom: number }> {
  const box = await page.getByRole('button', { name: /^Signature box on page/ }).boundingBox()
  const paper = await page.locator('.pdf-page').first().boundingBox()
  if (!box || !paper) throw new Error('no box on the page')
  const [x, y] = [(box.x - paper.x) / paper.width, (box.y - paper.y) / paper.height]
  return { left: x, top: y, right: x + box.width / paper.width, bottom: y + box.height / paper.height }
}

for (const rotate of [0, 90, 180, 270]) {
  test(`on a page turned by ${rotate}°, cut and in units of its own, the box lands where it was drawn @pdf`, async ({
    page,
  }) => {
    await createKey(page)
    await openToSign(page, turnedFile(rotate))
    await page.getByRole('radio', { name: 'In a box on the page' }).check()
    await page.getByRole('radio', { name: 'Stamp' }).check()
    await page.locator('.viewer-scroll').evaluate((element) => element.scrollTo(0, 0))
    // Drawn anew by hand, off the middle, so that no turn looks like another.
    const paper = await page.locator('.pdf-page').first().boundingBox()
    if (!paper) throw new Error('no page')
    await page.mouse.move(paper.x + 0.1 * paper.width, paper.y + 0.15 * paper.height)
    await page.mouse.down()
    await page.mouse.move(paper.x + 0.55 * paper.width, paper.y + 0.35 * paper.height, { steps: 4 })
    await page.mouse.up()
    const drawn = await placeOnPage(page)
    expect(drawn.left).toBeCloseTo(0.1, 1)
    if (rotate === 90) await picture(page, 'visible-turned', [390, 700, 1280])
    await sign(page)
    const { path } = await takeFile(page)
    for (const answer of [pdfsig(path), qpdfCheck(path)]) expect(answer?.good ?? true, answer?.text).toBe(true)
    const pixels = pixelsOf(path)
    if (!pixels) return
    // The page itself is grey: what is blue or white on it is the stamp.
    const at = (x: number, y: number) => pixels.at(Math.round(x * pixels.width), Math.round(y * pixels.height))
    const { left, top, right, bottom } = drawn
    const blue = pixels.bounds(([red, , blueness]) => blueness - red > 60)
    expect(blue.left / pixels.width).toBeCloseTo(left, 2)
    expect(blue.top / pixels.height).toBeCloseTo(top, 2)
    expect(blue.right / pixels.width).toBeCloseTo(right, 2)
    expect(blue.bottom / pixels.height).toBeCloseTo(bottom, 2)
    expect(at(left - 0.03, top - 0.03)).toEqual(at(0.95, 0.95))
    expect(textOf(path)?.text).toContain('Ann Example')
  })
}

test('every look is shown before it is signed: typed, drawn, a picture with its limits, and a code @pdf', async ({
  page,
}) => {
  await createKey(page, { name: 'Олена Коваленко', organisation: 'Northwind' })
  await openToSign(page, 'public/samples/contract.pdf')
  await page.getByRole('radio', { name: 'In a box on the page' }).check()
  await page.getByLabel('Reason').fill('Погоджено')
  await expect(page.locator('.look-card svg')).toHaveCount(4)
  await page.getByRole('radio', { name: 'Mark and text' }).check()
  await page.getByLabel('Text of the mark').fill('Ελένη')
  await expect(page.getByText('The handwriting font lacks some of these letters')).toBeVisible()
  await page.getByLabel('Text of the mark').fill('')
  await page.getByRole('checkbox', { name: 'QR code' }).check()
  await expectAccessible(page)
  await picture(page, 'visible-looks', [390, 700, 1280])

  const chooser = page.getByLabel('Choose a PNG or JPEG picture')
  await page.getByRole('radio', { name: 'Mark over the name' }).check()
  await chooser.setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') })
  await expect(page.getByText('FORMAT_IMAGE_UNSUPPORTED')).toBeVisible()
  await chooser.setInputFiles('docs/screenshot.png')
  await expect(page.getByText('FORMAT_IMAGE_UNSUPPORTED')).toBeHidden()
  await expect(page.locator('.signature-box image')).toBeVisible()
  await picture(page, 'visible-picture', [1280])
  await sign(page)
  const signed = await takeFile(page)
  for (const answer of [pdfsig(signed.path), qpdfCheck(signed.path)]) {
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
  expect(
    Buffer.from(signed.bytes).subarray(0, 1000).equals(readFileSync('public/samples/contract.pdf').subarray(0, 1000)),
  ).toBe(true)
  expect(textOf(signed.path)?.text ?? 'Погоджено').toContain('Погоджено')
  // The code, read from the page as printed, leads to the page that names the certificate and compares.
  const link = codeOn(signed.path, 3)
  if (link !== null) {
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/verify\?signer=[0-9a-f]{32}$/)
    await page.goto(link)
    await expect(page.getByText('You come from the code of a visible signature.')).toBeVisible()
    await give(page, file('signed.pdf', signed.bytes, 'application/pdf'))
    await expect(page.getByText('The file is signed with the certificate that the code names.')).toBeVisible()
    await page.goto(link.replace(/signer=(.)/, (_all, first) => `signer=${first === '0' ? '1' : '0'}`))
    await expect(page.getByText('No signature of the file is of the certificate')).toBeVisible()
    await page.getByRole('button', { name: 'Start again' }).click()
  }
  await openToVerify(page, file('signed.pdf', signed.bytes, 'application/pdf'))
  await expect(page.getByRole('heading', { name: /Signed in the name of Олена Коваленко/ })).toBeVisible()
})
