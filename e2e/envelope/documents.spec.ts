import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { unzipSync } from 'fflate'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture, type Downloaded } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import {
  addField,
  another,
  enterPeople,
  expectContinues,
  giveEnvelope,
  part,
  seal,
  signatory,
  signNow,
  signTurn,
  standing,
} from './steps.ts'

const FILES = [SAMPLES.offer, SAMPLES.contract, SAMPLES.invoice] as const
const bytesOf = (path: string): Buffer => readFileSync(path)
const documents = (page: Page) => page.getByRole('region', { name: /^Documents: / })
const row = (page: Page, name: string) => documents(page).getByRole('listitem').filter({ hasText: name })

async function prepare(page: Page, more?: () => Promise<void>): Promise<Downloaded> {
  await createKey(page, { name: 'Olena Office' })
  await giveEnvelope(page, FILES)
  await expect(page.getByText('A cover sheet is made that stands for all of them')).toBeVisible()
  await more?.()
  await part(page, 'People')
  await enterPeople(page, [{ name: 'Ann Example' }, { name: 'Boris Beispiel' }])
  await part(page, 'Message')
  await page.getByLabel('Title', { exact: true }).fill('Supply agreement 14-B')
  await part(page, 'Fields')
  await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await addField(page, 'Ann Example', 'Signature')
  return seal(page)
}

test('three documents under one cover sheet: each is read, saved and signed by two people, and all is known from the file @envelope', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(240_000)
  const base = baseURL ?? ''
  const sealed = await prepare(page, async () => {
    // Each is shown before it is sealed; what no page can show says so.
    await page.getByRole('button', { name: 'offer.docx', exact: true }).click()
    await expect(page.getByText('This kind of file cannot be shown here')).toBeVisible()
    await page.getByRole('button', { name: 'contract.pdf', exact: true }).click()
    await expect(page.locator('[data-page="2"]')).toBeVisible()
    await page.getByRole('button', { name: /Back to the pages/ }).click()
    await page.getByLabel('Also a .p7s beside each document').check()
    await expect(page.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
    await expect(page.locator('.viewer-said')).toHaveText([])
    await expectAccessible(page)
    await picture(page, 'documents-prepare', [390, 560, 1280])
  })
  await picture(page, 'documents-sealed', [390, 560, 1280])

  const ann = await signatory(browser, base, 'Ann Example')
  await giveEnvelope(ann.page, sealed)
  for (const name of ['offer.docx', 'contract.pdf', 'invoice.pdf']) {
    await expect(row(ann.page, name).getByText('Checked, attached')).toBeVisible()
  }
  await expect(documents(ann.page).getByText(/cover sheet/)).toHaveCount(0)
  await expectAccessible(ann.page)
  await picture(ann.page, 'documents-turn', [390, 560, 1280])
  await row(ann.page, 'contract.pdf').getByRole('button', { name: 'contract.pdf', exact: true }).click()
  await expect(ann.page.getByRole('region', { name: /contract\.pdf/ }).first()).toBeVisible()
  await picture(ann.page, 'documents-shown', [390, 560, 1280])
  await ann.page.getByRole('button', { name: /Back to the cover sheet/ }).click()
  const saved = await download(ann.page, () => ann.page.getByRole('button', { name: 'Save offer.docx' }).click())
  expect(saved.name).toBe('offer.docx')
  expect(Buffer.from(saved.bytes).equals(bytesOf(SAMPLES.offer))).toBe(true)
  await expect(ann.page.getByText('with its 3 documents and sign them all')).toBeVisible()
  await expect(ann.page.getByText('your key may ask 4 times')).toBeVisible()
  const first = await signTurn(ann.page)
  expectContinues(first, sealed.bytes)
  // Her signature of each document by itself, for whoever knows nothing of envelopes.
  const zip = await download(ann.page, () =>
    ann.page.getByRole('button', { name: /^Download the 3 signatures/ }).click(),
  )
  const apart = unzipSync(zip.bytes)
  expect(Object.keys(apart)).toEqual(['offer.docx.s1.p7s', 'contract.pdf.s1.p7s', 'invoice.pdf.s1.p7s'])
  await picture(ann.page, 'documents-signed', [390, 560, 1280])
  await openToVerify(ann.page, [
    SAMPLES.offer,
    file('offer.docx.s1.p7s', apart['offer.docx.s1.p7s'] ?? new Uint8Array(), 'application/pkcs7-signature'),
  ])
  await expect(ann.page.getByText(/Signed in the name of Ann Example/).first()).toBeVisible({ timeout: 30_000 })
  await expect(ann.page.getByText('The file itself is intact').first()).toBeVisible()

  const boris = await signatory(browser, base, 'Boris Beispiel')
  await giveEnvelope(boris.page, first)
  const last = await signTurn(boris.page)
  expectContinues(last, first.bytes)

  const wiped = await another(browser, base)
  await giveEnvelope(wiped.page, last)
  await expect(standing(wiped.page)).toHaveText(/Complete: all 2.signatures/)
  await openToVerify(wiped.page, file('supply.pdf', last.bytes, 'application/pdf'))
  const verified = wiped.page.getByRole('region', { name: /^Envelope/ })
  await expect(verified.getByText('Checked, attached')).toHaveCount(3, { timeout: 30_000 })
  const report = await download(wiped.page, () => wiped.page.getByRole('button', { name: 'Report (JSON)' }).click())
  const told = JSON.parse(Buffer.from(report.bytes).toString('utf8')) as {
    envelopes: { status: string; documents: { name: string; state: string }[] }[]
  }
  expect(told.envelopes.map(({ status, documents: all }) => [status, ...all.map(({ state }) => state)])).toEqual([
    ['complete', 'attached', 'attached', 'attached'],
  ])
  await expectAccessible(wiped.page)
  await picture(wiped.page, 'documents-verify', [390, 560, 1280])
  for (const one of [ann, boris, wiped]) {
    expect(one.complaints).toEqual([])
    await one.close()
  }
})

test('documents beside the cover sheet: nobody signs without them, a wrong one is refused and named @envelope', async ({
  page,
  browser,
  baseURL,
}) => {
  test.setTimeout(240_000)
  const base = baseURL ?? ''
  const sealed = await prepare(page, async () => {
    await page.getByRole('radio', { name: 'Beside it, as separate files' }).check()
  })
  expect(Buffer.from(sealed.bytes).includes(bytesOf(SAMPLES.offer))).toBe(false)

  const ann = await signatory(browser, base, 'Ann Example')
  await giveEnvelope(ann.page, sealed)
  await expect(documents(ann.page).getByText('Not at hand')).toHaveCount(3)
  await picture(ann.page, 'documents-missing', [390, 560, 1280])
  await ann.page.getByRole('checkbox', { name: /^I have read/ }).check()
  await signNow(ann.page).click()
  await expect(documents(ann.page)).toBeFocused()
  await expect(ann.page.getByRole('heading', { name: 'Signed', exact: true })).toBeHidden()

  const add = async (files: readonly { name: string; bytes: Uint8Array }[]): Promise<void> => {
    const [chooser] = await Promise.all([
      ann.page.waitForEvent('filechooser'),
      documents(ann.page).getByRole('button', { name: 'Add files' }).click(),
    ])
    await chooser.setFiles(files.map((one) => ({ name: one.name, mimeType: '', buffer: Buffer.from(one.bytes) })))
  }
  const changed = Uint8Array.from(bytesOf(SAMPLES.offer))
  changed[200] = (changed[200] ?? 0) ^ 1
  await add([
    { name: 'offer.docx', bytes: changed },
    { name: 'contract.pdf', bytes: bytesOf(SAMPLES.contract) },
  ])
  await expect(documents(ann.page).getByText('ENVELOPE_DOCUMENT_CHANGED')).toBeVisible()
  await expect(documents(ann.page).getByRole('alert')).toContainText('offer.docx')
  await expect(documents(ann.page).getByText('Checked, handed over')).toHaveCount(1)
  await expectAccessible(ann.page)
  await picture(ann.page, 'documents-wrong', [390, 560, 1280])
  await signNow(ann.page).click()
  await expect(documents(ann.page)).toBeFocused()
  await add([
    { name: 'any name.bin', bytes: bytesOf(SAMPLES.offer) },
    { name: 'invoice.pdf', bytes: bytesOf(SAMPLES.invoice) },
  ])
  await expect(documents(ann.page).getByText('Checked, handed over')).toHaveCount(3)
  const first = await signTurn(ann.page)
  expectContinues(first, sealed.bytes)
  expect(ann.complaints).toEqual([])
  await ann.close()

  // All dropped at once: the envelope finds its documents among them.
  const boris = await signatory(browser, base, 'Boris Beispiel')
  await giveEnvelope(boris.page, [{ name: 'agreement.pdf', bytes: first.bytes }, ...FILES])
  await expect(documents(boris.page).getByText('Checked, handed over')).toHaveCount(3)
  const last = await signTurn(boris.page)
  await openToVerify(boris.page, [file('agreement.pdf', last.bytes, 'application/pdf'), SAMPLES.offer])
  const verified = boris.page.getByRole('region', { name: /^Envelope/ })
  await expect(verified.getByText('Checked, handed over')).toHaveCount(1, { timeout: 30_000 })
  await expect(verified.getByText('Not at hand')).toHaveCount(2)
  await expect(verified.getByText(/Documents that travel beside it were not checked/)).toBeVisible()
  expect(boris.complaints).toEqual([])
  await boris.close()
})

test('one PDF is itself the document; another kind, a signed one or one more of them makes a cover sheet @envelope', async ({
  page,
}) => {
  test.setTimeout(120_000)
  await createKey(page, { name: 'Olena Office' })
  await giveEnvelope(page, SAMPLES.contract)
  await part(page, 'Documents')
  await expect(page.getByText('This document is itself what is signed.')).toBeVisible()
  await part(page, 'People')
  await enterPeople(page, [{ name: 'Ann Example' }])
  await part(page, 'Fields')
  await addField(page, 'Ann Example', 'Signature')
  // A second document: the pages are others, and what was placed on them is gone and said.
  await part(page, 'Documents')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add documents' }).click(),
  ])
  await chooser.setFiles(SAMPLES.offer)
  await expect(page.getByText('The pages are others now: the fields that were placed are gone.')).toBeVisible()
  await page.getByRole('button', { name: 'Move offer.docx up' }).click()
  await expect(page.getByRole('listitem').first()).toContainText('offer.docx')
  await page.getByRole('button', { name: 'Remove offer.docx' }).click()
  await expect(page.getByText('This document is itself what is signed.')).toBeVisible()

  await giveEnvelope(page, SAMPLES.offer)
  await part(page, 'Documents')
  await expect(page.getByText('This is no PDF: a cover sheet is made that stands for it.')).toBeVisible()

  await openToSign(page, SAMPLES.invoice)
  await sign(page)
  const signed = await takeFile(page)
  await giveEnvelope(page, { name: 'signed.pdf', bytes: signed.bytes })
  await part(page, 'Documents')
  await expect(page.getByText('This PDF is signed already and is not touched')).toBeVisible()
  await part(page, 'People')
  await enterPeople(page, [{ name: 'Ann Example' }])
  const sealed = await seal(page)
  expect(Buffer.from(sealed.bytes).includes(Buffer.from(signed.bytes))).toBe(true)
  // More than an envelope holds is refused with its code, and nothing hangs.
  const many = Array.from({ length: 201 }, (_, i) => ({ name: `${String(i)}.txt`, bytes: new Uint8Array([i & 255]) }))
  await giveEnvelope(page, many)
  await expect(page.getByText('ENVELOPE_TOO_MANY_DOCUMENTS')).toBeVisible({ timeout: 30_000 })
})
