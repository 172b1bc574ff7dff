import { readFileSync } from 'node:fs'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { opensslDetached, pdfsig, qpdfCheck } from './judges.ts'
import { choose, createKey, file, give, openToSign, openToVerify, SAMPLES, sign, takeFile } from './steps.ts'

type Report = { version: number; files: { name: string; result: string; signatures: unknown[] }[] }

test('a key is made, a PDF and a DOCX are signed, others accept them, and so does the verify page @main', async ({
  page,
}) => {
  await createKey(page, { name: 'Олена Коваленко', organisation: 'Northwind', email: 'o@example.com', country: 'UA' })
  const certificate = await download(page, () => page.getByRole('button', { name: 'Certificate (PEM)' }).click())

  await openToSign(page, SAMPLES.contract)
  await expect(page.getByRole('button', { name: 'Sign contract.pdf (3 pages) as Олена Коваленко' })).toBeEnabled()
  await sign(page)
  const pdf = await takeFile(page)
  expect(pdf.name).toBe('contract-signed.pdf')
  const original = readFileSync(SAMPLES.contract)
  expect(Buffer.from(pdf.bytes).subarray(0, original.length).equals(original)).toBe(true)
  for (const answer of [pdfsig(pdf.path), qpdfCheck(pdf.path)]) expect(answer?.good ?? true, answer?.text).toBe(true)

  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, SAMPLES.offer)
  await sign(page)
  const p7s = await takeFile(page)
  expect(p7s.name).toBe('offer.docx.p7s')
  const answer = opensslDetached(p7s.path, SAMPLES.offer, certificate.path)
  expect(answer?.good ?? true, answer?.text).toBe(true)

  // The signature first, its document later: paired by name and by digest.
  await openToVerify(page, file('offer.docx.p7s', p7s.bytes))
  await expect(page.getByText('The file that was signed is missing.').first()).toBeVisible()
  // Nothing is claimed of what was not there to be read.
  const facts = page.getByRole('region', { name: 'Олена Коваленко' }).getByRole('definition')
  await expect(facts.filter({ hasText: 'Not checked.' })).toHaveCount(2)
  await expect(facts.filter({ hasText: 'The whole file.' })).toHaveCount(0)
  await give(page, [file('renamed.docx', readFileSync(SAMPLES.offer)), file('contract-signed.pdf', pdf.bytes)])
  await expect(page.getByRole('heading', { name: /Signed in the name of Олена Коваленко/ })).toHaveCount(2)

  const json = await download(page, () => page.getByRole('button', { name: 'Report (JSON)' }).click())
  const report = JSON.parse(Buffer.from(json.bytes).toString()) as Report
  expect(report.version).toBe(1)
  expect(report.files.map(({ name, result }) => `${name} ${result}`)).toEqual([
    'offer.docx.p7s INDETERMINATE',
    'contract-signed.pdf INDETERMINATE',
  ])
  for (const { signatures } of report.files) {
    expect(signatures).toMatchObject([
      { integrity: 'intact', coverage: 'whole-file', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND', level: 'B-B' },
    ])
  }
})

test('a changed file is never accepted, and the page says which @main', async ({ page }) => {
  await createKey(page)
  await openToSign(page, SAMPLES.invoice)
  await sign(page)
  const { bytes } = await takeFile(page)
  const changed = Buffer.from(bytes)
  const at = changed.indexOf('endstream') - 20
  changed[at] = (changed[at] ?? 0) ^ 1
  await openToVerify(page, [file('good.pdf', bytes), file('changed.pdf', changed), SAMPLES.contract])
  await expect(page.getByRole('heading', { name: 'The file was changed after Ann Example signed it.' })).toHaveCount(1)
  await expect(page.getByRole('heading', { name: 'This file carries no signature.' })).toHaveCount(1)
  await expect(page.getByRole('heading', { name: /Signed in the name of Ann Example/ })).toHaveCount(1)
})

test('a second signature leaves the first valid @main', async ({ page }) => {
  await createKey(page, { name: 'First Signer' })
  await createKey(page, { name: 'Second Signer', algorithm: 'RSA-2048' })
  await openToSign(page, SAMPLES.form)
  await page.getByRole('textbox', { name: 'contact' }).fill('Ann Example, +380 44 123')
  await choose(page, 'First Signer')
  await sign(page)
  const once = await takeFile(page)
  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, file('once.pdf', once.bytes, 'application/pdf'))
  await expect(page.getByText(/Already carries 1\ssignature/)).toBeVisible()
  await choose(page, 'Second Signer')
  await sign(page)
  const twice = await takeFile(page)
  expect(Buffer.from(twice.bytes).subarray(0, once.bytes.length).equals(Buffer.from(once.bytes))).toBe(true)
  const answer = pdfsig(twice.path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
  await openToVerify(page, file('twice.pdf', twice.bytes))
  const both = /^Signed in the name of First Signer and Second Signer. Changed since, within what the signature permits/
  await expect(page.getByRole('heading', { name: both })).toBeVisible()
})

test('whom the person trusts is shown as trusted, and no longer when trust is withdrawn @main', async ({ page }) => {
  await createKey(page)
  const certificate = await download(page, () => page.getByRole('button', { name: 'Certificate (DER)' }).click())
  await openToSign(page, SAMPLES.invoice)
  await sign(page)
  const { bytes } = await takeFile(page)
  await openToVerify(page, file('invoice-signed.pdf', bytes))
  await expect(page.getByRole('heading', { name: /^Signed in the name of Ann Example/ })).toBeVisible()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add a certificate' }).click(),
  ])
  await chooser.setFiles({ name: 'ann.cer', mimeType: 'application/pkix-cert', buffer: Buffer.from(certificate.bytes) })
  const question = page.getByRole('dialog', { name: 'Trust 1 certificate?' })
  await expect(question.getByText('Compare the fingerprint first')).toBeVisible()
  await question.getByRole('button', { name: 'Trust it' }).click()
  await expect(page.getByRole('heading', { name: /Signed by Ann Example/ })).toBeVisible()
  await expect(page.getByText('Trusted here: the certificate leads to one on your list.')).toBeVisible()
  await page.getByRole('region', { name: 'Trusted here' }).getByText('Ann Example').first().click()
  await page.getByRole('button', { name: 'Stop trusting' }).click()
  await expect(page.getByRole('heading', { name: /^Signed in the name of Ann Example/ })).toBeVisible()
})

test('an existing empty field and a visible box are signed where they are @main', async ({ page }) => {
  await createKey(page)
  await openToSign(page, SAMPLES.form)
  await page.getByRole('textbox', { name: 'contact' }).fill('Ann Example, +380 44 123')
  await page
    .getByRole('radio', { name: /In the field/ })
    .first()
    .check()
  await page.getByLabel('Reason').fill('Order accepted')
  await sign(page)
  const inField = await takeFile(page)
  const first = pdfsig(inField.path)
  expect(first?.good ?? true, first?.text).toBe(true)
  await page.getByRole('button', { name: 'Sign another' }).click()
  await openToSign(page, SAMPLES.contract)
  await page.getByRole('radio', { name: 'In a box on the page' }).check()
  await sign(page)
  const inBox = await takeFile(page)
  const second = pdfsig(inBox.path)
  expect(second?.good ?? true, second?.text).toBe(true)
})
