import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { opensslDetached, opensslVerify, pdfsig } from '../main/judges.ts'
import { createKey, file, openToSign, openToVerify, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { download, picture } from '../support/files.ts'
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

/** For how long a certificate is valid. */
function yearsOf(certificate: Uint8Array): number {
  const { validFrom, validTo } = new X509Certificate(certificate)
  return Math.round((Date.parse(validTo) - Date.parse(validFrom)) / (365.25 * 86_400_000))
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
  const elsewhere = await another(page, origin)
  await elsewhere.getByRole('button', { name: 'Restore from a backup' }).click()
  const there = elsewhere.getByRole('dialog', { name: 'Restore from a backup' })
  await there.getByLabel('Backup file').setInputFiles(backup.path)
  await there.getByLabel('Recovery code').fill(code)
  await there.getByRole('button', { name: 'Open with a recovery code' }).click()
  await expect(there).toBeHidden()
  await signThere(elsewhere, origin)
  await elsewhere.context().close()
  await signThere(page, origin)
})

/** A browser that never saw the key: its own profile, nothing in it. */
async function another(page: Page, origin: string): Promise<Page> {
  const browser = page.context().browser()
  if (!browser) throw new Error('no browser')
  const elsewhere = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await elsewhere.goto(`${origin}/#/keys`)
  await expect(elsewhere.getByRole('heading', { name: 'No keys yet' })).toBeVisible()
  return elsewhere
}

async function signThere(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/#/sign`)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).first().click(),
  ])
  await chooser.setFiles(SAMPLES.contract)
  await sign(page)
  const answer = pdfsig((await takeFile(page)).path)
  expect(answer?.good ?? true, answer?.text).toBe(true)
}

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
  await page.getByLabel('Valid for').selectOption('20 years')
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
  await dialog.getByLabel('Valid for').selectOption('2 years')
  const issued = await download(page, () => dialog.getByRole('button', { name: 'Issue to Olena Koval' }).click())
  expect(yearsOf(root.bytes)).toBe(20)
  expect(yearsOf(issued.bytes)).toBe(2)

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
  const clean = await download(page, () => authority.getByRole('button', { name: 'Save the revocation list' }).click())
  await picture(page, 'company', [390, 700, 1280])
  await authority.getByRole('button', { name: 'Revoke' }).click()
  const question = page.getByRole('dialog', { name: /Revoke the certificate/ })
  await question.getByLabel('Reason').selectOption('keyCompromise')
  await question.getByRole('button', { name: 'Revoke' }).click()
  await expect(authority.getByText(/^Revoked/)).toBeVisible()
  const list = await download(page, () => authority.getByRole('button', { name: 'Save the revocation list' }).click())
  expect(list.name).toBe('Lab CA.crl')
  const leaf = pem
  const before = opensslVerify({ root: root.path, crl: clean.path, leaf })
  expect(before?.good ?? true, before?.text).toBe(true)
  const after = opensslVerify({ root: root.path, crl: list.path, leaf })
  expect(after?.good ?? false).toBe(false)
  expect(after?.text ?? 'certificate revoked').toContain('certificate revoked')
})

test('the answer of somebody else’s CA is taken as PEM, as DER, and as PKCS#7 with its chain @keys', async ({
  page,
}, info) => {
  test.skip(spawnSync('openssl', ['version']).status !== 0 && !process.env['CI'], 'needs openssl')
  const at = (name: string) => info.outputPath(name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  await createKey(page, { name: 'Olena Koval' })
  const key = page.getByRole('article').filter({ hasText: 'Olena Koval' })
  await key.getByText('More', { exact: true }).click()
  const request = await download(page, () => key.getByRole('button', { name: 'Save the request' }).click())
  const answers: string[] = []
  for (const form of ['pem', 'der', 'p7b']) {
    const [ca, leaf] = [at(`ca-${form}`), at(`leaf-${form}`)]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '99']
    openssl('req', '-x509', ...curve, '-subj', `/CN=Root ${form}`, '-keyout', `${ca}.key`, '-out', `${ca}.pem`)
    const signer = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-set_serial', '7', '-days', '30']
    openssl('x509', '-req', '-in', request.path, ...signer, '-out', `${leaf}.pem`)
    openssl('x509', '-in', `${leaf}.pem`, '-outform', 'DER', '-out', `${leaf}.der`)
    const both = ['-certfile', `${ca}.pem`, '-certfile', `${leaf}.pem`]
    openssl('crl2pkcs7', '-nocrl', ...both, '-outform', 'DER', '-out', `${leaf}.p7b`)
    answers.push(`${leaf}.${form}`)
  }
  for (const answer of answers) {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Install a certificate' }).click(),
    ])
    await chooser.setFiles(answer)
    const form = answer.slice(-3)
    await expect(key.getByText(`Issued by Root ${form}`).first()).toBeVisible()
  }
  await openToSign(page, SAMPLES.offer)
  await sign(page)
  const judged = opensslDetached((await takeFile(page)).path, SAMPLES.offer, at('ca-p7b.pem'))
  expect(judged?.good ?? true, judged?.text).toBe(true)
})
