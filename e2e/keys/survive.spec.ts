import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { pdfsig } from '../main/judges.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

/** The virtual authenticator of WebAuthn level 3 with the PRF extension, or without. */
async function plugIn(page: Page, hasPrf: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const options = {
    protocol: 'ctap2' as const,
    ctap2Version: 'ctap2_1' as const,
    transport: 'internal' as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
    hasPrf,
  }
  await session.send('WebAuthn.addVirtualAuthenticator', { options })
}

const form = (page: Page) => page.getByRole('dialog', { name: 'New key' })

test('a key behind a passkey and a printed code is lost, restored with either, and signs @keys', async ({
  page,
  site,
}) => {
  // Passkeys belong to a name, never to an address: the same server under its other name.
  const origin = site.origin.replace('127.0.0.1', 'localhost')
  await page.goto(`${origin}/#/keys`)
  await plugIn(page, true)
  await page.getByRole('button', { name: 'New key' }).click()
  await form(page).getByLabel('Name', { exact: true }).fill('Ann Example')
  await form(page).getByLabel('I can restore it from a backup file').check()
  const create = form(page).getByRole('button', { name: 'Create key' })
  await form(page).getByRole('button', { name: 'Add a passkey' }).click()
  await expect(form(page).getByText('Passkey', { exact: true })).toBeVisible()
  await expect(create).toBeDisabled()
  await form(page).getByRole('button', { name: 'Add a recovery code' }).click()
  const code = await form(page).locator('.recovery-code').innerText()
  await expect(create).toBeDisabled()
  await form(page).getByLabel('I have it on paper').check()
  await expectAccessible(page)
  await create.click()
  const ready = page.getByRole('dialog', { name: 'Backup file' })
  await expect(ready.getByRole('button', { name: 'Done' })).toBeDisabled()
  const backup = await download(page, () => ready.getByRole('button', { name: 'Save the backup file' }).click())
  await ready.getByRole('button', { name: 'Done' }).click()
  expect(readFileSync(backup.path, 'utf8')).not.toContain('PRIVATE')

  const lose = async () => {
    await page.getByRole('button', { name: 'Delete' }).first().click()
    await page.getByRole('button', { name: 'Delete for ever' }).click()
    await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible()
  }
  const restore = async (how: (dialog: ReturnType<typeof form>) => Promise<void>) => {
    await page.getByRole('button', { name: 'Restore from a backup' }).click()
    const dialog = page.getByRole('dialog', { name: 'Restore from a backup' })
    await dialog.getByLabel('Backup file').setInputFiles(backup.path)
    await expect(dialog.getByText(/Backup of Ann Example/)).toBeVisible()
    await how(dialog)
    await expect(dialog).toBeHidden()
    await expect(page.getByRole('main').getByText('Ann Example', { exact: true }).first()).toBeVisible()
  }
  await lose()
  await restore((dialog) => dialog.getByRole('button', { name: 'Open with a passkey' }).click())
  await lose()
  await restore(async (dialog) => {
    await dialog.getByLabel('Recovery code').fill(`${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`)
    await dialog.getByRole('button', { name: 'Open with a recovery code' }).click()
    await expect(dialog.getByText('KEY_RECOVERY_CODE_INCORRECT')).toBeVisible()
    await dialog.getByLabel('Recovery code').fill(code.toLowerCase().replaceAll('-', ' '))
    await dialog.getByRole('button', { name: 'Open with a recovery code' }).click()
  })
  await page.goto(`${origin}/#/sign`)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).first().click(),
  ])
  await chooser.setFiles(SAMPLES.contract)
  await sign(page)
  const answer = pdfsig((await takeFile(page)).path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
})

test('an authenticator without PRF: said at once, the codes remain @keys', async ({ page, site }) => {
  await page.goto(`${site.origin.replace('127.0.0.1', 'localhost')}/#/keys`)
  await plugIn(page, false)
  await page.getByRole('button', { name: 'New key' }).click()
  await form(page).getByLabel('I can restore it from a backup file').check()
  await form(page).getByRole('button', { name: 'Add a passkey' }).click()
  await expect(form(page).getByText('KEY_PASSKEY_WITHOUT_PRF')).toBeVisible()
  await expect(form(page).getByRole('button', { name: 'Add a recovery code' })).toBeEnabled()
})

test('request, company CA, certificate, a PDF that leads to that CA, and a revocation list @keys', async ({
  page,
}, info) => {
  await createKey(page, { name: 'Olena Koval', email: 'olena@lab.example' })
  const key = page.getByRole('article').filter({ hasText: 'Olena Koval' })
  await key.getByText('More', { exact: true }).click()
  const request = await download(page, () => key.getByRole('button', { name: 'Save the request' }).click())
  expect(request.name).toBe('Olena Koval.csr')

  await page.goto('#/company')
  await page.getByRole('button', { name: 'New authority' }).click()
  await page.getByLabel('Name of the authority').fill('Lab CA')
  await page.getByRole('button', { name: 'Create authority' }).click()
  const authority = page.getByRole('article', { name: 'Lab CA' })
  await expect(authority).toBeVisible()
  await expectAccessible(page)
  const root = await download(page, () =>
    authority.getByRole('button', { name: 'Certificate of the authority' }).click(),
  )
  await authority.getByRole('button', { name: 'Issue a certificate' }).click()
  const dialog = page.getByRole('dialog', { name: 'Issue a certificate' })
  await dialog.getByLabel('Request (.csr)').setInputFiles(request.path)
  await expect(dialog.getByText('It is signed by its own key.')).toBeVisible()
  const issued = await download(page, () => dialog.getByRole('button', { name: 'Issue to Olena Koval' }).click())

  await page.goto('#/keys')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Install a certificate' }).click(),
  ])
  const pem = info.outputPath('answer.pem')
  writeFileSync(pem, issued.bytes)
  await chooser.setFiles(pem)
  await expect(key.getByText('Issued by Lab CA').first()).toBeVisible()

  await openToSign(page, SAMPLES.contract)
  await sign(page)
  const signed = await takeFile(page)
  await openToVerify(page, file('contract-signed.pdf', signed.bytes, 'application/pdf'))
  const [anchors] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add a certificate' }).click(),
  ])
  await anchors.setFiles({ name: 'ca.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(root.bytes) })
  await page.getByRole('button', { name: 'Trust it' }).click()
  await expect(page.getByRole('heading', { name: /Signed by Olena Koval/ })).toBeVisible()

  await page.goto('#/company')
  await authority.getByRole('button', { name: 'Revoke' }).click()
  const question = page.getByRole('dialog', { name: /Revoke the certificate/ })
  await question.getByLabel('Reason').selectOption('keyCompromise')
  await question.getByRole('button', { name: 'Revoke' }).click()
  await expect(authority.getByText(/^Revoked/)).toBeVisible()
  const list = await download(page, () => authority.getByRole('button', { name: 'Save the revocation list' }).click())
  expect(list.name).toBe('Lab CA.crl')
})
