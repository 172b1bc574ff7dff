import { copyFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encrypted, pdfsigWith, qpdfCheck, textOf } from '../main/judges.ts'
import { createKey, file, openToSign, openToVerify, sign, signButton, takeFile } from '../main/steps.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { coveredFile, demandingFile, formFile } from './files.ts'

const CONTRACT = 'public/samples/contract.pdf'
const place = (name: string): string => join(mkdtempSync(join(tmpdir(), 'countersign-')), name)

for (const [kind, args] of [
  ['RC4 of 128 bits', ['reader', 'owner', '128', '--use-aes=n', '--allow-weak-crypto']],
  ['AES of 128 bits', ['reader', 'owner', '128', '--use-aes=y', '--allow-weak-crypto']],
  ['AES of 256 bits', ['reader', 'owner', '256']],
] as const) {
  test(`a PDF under ${kind} asks for its password, is signed, and opens for others as before @pdf`, async ({
    page,
  }) => {
    const locked = place('locked.pdf')
    test.skip(!encrypted(CONTRACT, locked, args), 'qpdf is not here')
    await createKey(page)
    await openToSign(page, locked)
    const field = page.getByLabel('This document is locked. Its password:')
    await field.fill('wrong')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(page.getByText('That password does not open it.')).toBeVisible()
    if (kind === 'AES of 256 bits') await picture(page, 'locked', [390, 700, 1280])
    await field.fill('reader')
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(page.getByText('SERVICES AGREEMENT No. 2026-117').first()).toBeVisible()
    await page.getByRole('radio', { name: 'In a box on the page' }).check()
    await sign(page)
    const { path, bytes } = await takeFile(page)
    const original = readFileSync(locked)
    expect(Buffer.from(bytes).subarray(0, original.length).equals(original)).toBe(true)
    for (const answer of [pdfsigWith(path, 'reader'), qpdfCheck(path, 'reader')]) {
      expect(answer?.good ?? true, answer?.text).toBe(true)
    }
    const shown = textOf(path, 'reader')
    expect(shown?.text ?? '').toContain('SERVICES AGREEMENT No. 2026-117')
    expect(shown?.text ?? '').toContain('Ann Example')
    expect(textOf(path)?.good ?? false).toBe(false)
  })
}

test('what the author of a PDF forbids is said, and the owner’s password lifts it @pdf', async ({ page }) => {
  const restricted = place('restricted.pdf')
  test.skip(
    !encrypted(CONTRACT, restricted, ['', 'owner', '256', '--modify=none', '--annotate=n', '--form=n']),
    'no qpdf',
  )
  await createKey(page)
  await openToSign(page, restricted)
  await expect(page.getByText('Its author does not permit this PDF to be signed.')).toBeVisible()
  await expect(signButton(page)).toHaveAttribute('aria-disabled', 'true')
  await picture(page, 'restricted', [390, 1280])
  await page.getByLabel('The owner’s password:').fill('owner')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByText('Its author does not permit this PDF to be signed.')).toBeHidden()
  await sign(page)
  const { path } = await takeFile(page)
  for (const answer of [pdfsigWith(path, 'owner'), qpdfCheck(path, 'owner')]) {
    expect(answer?.good ?? true, answer?.text).toBe(true)
  }
})

test('an author certifies and locks the form: the next signer may sign, and fills nothing in @pdf', async ({
  page,
}) => {
  await createKey(page)
  await openToSign(page, formFile())
  await page.getByRole('textbox', { name: 'Full name' }).fill('Ann')
  await page.getByRole('button', { name: 'Telephone' }).click()
  await page.getByRole('textbox', { name: 'Telephone' }).fill('112')
  await page.getByText('Advanced').click()
  await page.getByLabel('Certify the document').selectOption('Yes: forms and signatures may follow')
  await page.getByRole('checkbox', { name: 'Lock the form' }).check()
  await picture(page, 'certify', [390, 700, 1280])
  await sign(page)
  const first = await takeFile(page)
  const written = Buffer.from(first.bytes).toString('latin1')
  expect(['DocMDP', 'FieldMDP'].map((method) => new RegExp(`/TransformMethod\\s*/${method}`).test(written))).toEqual([
    true,
    true,
  ])
  const copy = place('certified.pdf')
  copyFileSync(first.path, copy)
  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, copy)
  await expect(page.getByText(/Already carries 1\ssignature/)).toBeVisible()
  await expect(page.getByText('Advanced')).toHaveCount(0)
  await expect(signButton(page)).toHaveAttribute('aria-disabled', 'false')
  await expect(page.locator('.form-layer input, .form-layer textarea, .form-layer select')).toHaveCount(0)
  await sign(page)
  const second = await takeFile(page)
  expect(pdfsigWith(second.path)?.good ?? true).toBe(true)
  await openToVerify(page, file('twice.pdf', second.bytes, 'application/pdf'))
  await expect(page.getByRole('heading', { name: /Changed since, within what the signature permits/ })).toBeVisible()
})

test('what may show something else later is said with its place, a step away @pdf', async ({ page }) => {
  await createKey(page)
  await openToSign(page, coveredFile())
  await expect(page.getByText('An annotation may cover what the page shows')).toBeVisible()
  await expect(page.getByText('1 / 3')).toBeVisible()
  await picture(page, 'warned', [390, 700, 1280])
  await page.getByRole('button', { name: 'page 3' }).click()
  await expect(page.getByText('3 / 3')).toBeVisible()
})

test('a field that allows only some reasons says which, and is signed with one of them @pdf', async ({ page }) => {
  await createKey(page)
  await openToSign(page, demandingFile())
  await page.getByLabel('Reason').fill('Because')
  await signButton(page).click()
  await expect(page.getByText('Allowed: Agreed; Seen')).toBeVisible()
  await expect(page.getByText('FORMAT_SEED_VALUE_FORBIDS')).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByLabel('Reason').fill('Agreed')
  await sign(page)
  const { path } = await takeFile(page)
  const answer = pdfsigWith(path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
})
