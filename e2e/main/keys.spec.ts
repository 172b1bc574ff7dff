import { X509Certificate } from 'node:crypto'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { createKey, openToSign, SAMPLES, sign, takeFile } from './steps.ts'

const ALGORITHMS = ['ECDSA-P256', 'ECDSA-P384', 'RSA-2048', 'RSA-3072', 'Ed25519', 'ML-DSA-65']

test('a key of every algorithm is made, survives a reload, and signs @main', async ({ page }) => {
  test.slow()
  for (const algorithm of ALGORITHMS) await createKey(page, { name: `Signer ${algorithm}`, algorithm })
  await page.reload()
  for (const algorithm of ALGORITHMS) {
    await expect(page.getByRole('main').getByText(`Signer ${algorithm}`, { exact: true }).first()).toBeVisible()
  }
  for (const algorithm of ALGORITHMS) {
    await openToSign(page, SAMPLES.offer)
    await page.getByRole('region', { name: 'Who signs' }).getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: 'Choose a certificate' })
    await dialog.getByRole('button', { name: new RegExp(`Signer ${algorithm}\\b`) }).click()
    await sign(page)
    expect((await takeFile(page)).bytes.length).toBeGreaterThan(500)
    await page.getByRole('button', { name: 'Sign another' }).click()
  }
})

test('the form says what such a key means before it is made @main', async ({ page }) => {
  await page.goto('#/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await expect(form.getByText('This key cannot be backed up or moved')).toBeVisible()
  await expect(form.getByText('All common programs can check its signatures.')).toBeVisible()
  await form.getByLabel('Algorithm').selectOption('ML-DSA-65')
  await expect(form.getByText(/Cannot be checked yet by .*OpenSSL/)).toBeVisible()
  await form.getByLabel('Algorithm').selectOption('Ed25519')
  await expect(form.getByText(/Cannot be checked yet by pdfsig/)).toBeVisible()
  await form.getByRole('button', { name: 'Create key' }).click()
  await expect(form.getByText('Enter the name that people will see on the signature.')).toBeVisible()
  await form.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText(/This browser has (not )?promised to keep your keys/)).toBeVisible()
})

test('the certificate that leaves is the one that is shown @main', async ({ page }) => {
  await createKey(page, { organisation: 'Northwind', email: 'ann@example.com', country: 'NO', years: '5' })
  const pem = await download(page, () => page.getByRole('button', { name: 'Certificate (PEM)' }).click())
  const der = await download(page, () => page.getByRole('button', { name: 'Certificate (DER)' }).click())
  const certificate = new X509Certificate(pem.bytes)
  expect(certificate.raw.equals(Buffer.from(der.bytes))).toBe(true)
  expect(certificate.subject.split('\n').sort()).toEqual(
    ['C=NO', 'CN=Ann Example', 'O=Northwind', 'emailAddress=ann@example.com'].sort(),
  )
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  const years = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / (365.25 * 24 * 3600 * 1000)
  expect(Math.round(years)).toBe(5)
  await page.getByText('Certificate details').click()
  const shown = (await page.getByRole('main').innerText()).replace(/[^0-9A-F]/gi, '').toUpperCase()
  expect(shown).toContain(certificate.fingerprint256.replaceAll(':', ''))
})

test('a key is renamed, and deleted only after a question @main', async ({ page }) => {
  await createKey(page)
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByLabel('Your name for this key').fill('For the office')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('For the office')).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click()
  await expect(page.getByText('For the office')).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for ever' }).click()
  await expect(page.getByText('No keys yet')).toBeVisible()
  await page.reload()
  await expect(page.getByText('No keys yet')).toBeVisible()
})

test('another tab sees the new key at once @main', async ({ page, context }) => {
  const other = await context.newPage()
  await other.goto('#/keys')
  await expect(other.getByText('No keys yet')).toBeVisible()
  await createKey(page)
  await expect(other.getByRole('main').getByText('Ann Example').first()).toBeVisible()
})
