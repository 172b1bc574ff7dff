import { execFileSync, spawnSync } from 'node:child_process'
import { opensslDetached } from '../main/judges.ts'
import { openToSign, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { expect, test } from '../support/test.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test('a .p12 file: a wrong password is said, the right one brings its key, which signs @keys', async ({
  page,
}, info) => {
  test.skip(!hasOpenssl && !process.env['CI'], 'needs openssl')
  const at = (name: string) => info.outputPath(name)
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=Ivan File']
  execFileSync('openssl', [...request, '-keyout', at('key.pem'), '-out', at('cert.pem')], { stdio: 'ignore' })
  const pack = ['pkcs12', '-export', '-inkey', at('key.pem'), '-in', at('cert.pem'), '-passout', 'pass:пароль']
  execFileSync('openssl', [...pack, '-out', at('key.p12')])

  await page.goto('#/keys')
  await page.getByRole('button', { name: 'Import a key file' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import a key file' })
  await dialog.getByLabel(/Key file/).setInputFiles(at('key.p12'))
  await dialog.getByLabel('Password').fill('wrong')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog.getByText('PKCS12_PASSWORD_INCORRECT')).toBeVisible({ timeout: 30_000 })
  await dialog.getByLabel('Password').fill('пароль')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog).toBeHidden({ timeout: 30_000 })
  await expect(page.getByRole('main').getByText('Ivan File', { exact: true }).first()).toBeVisible()

  await openToSign(page, SAMPLES.offer)
  await sign(page)
  const answer = opensslDetached((await takeFile(page)).path, SAMPLES.offer, at('cert.pem'))
  expect(answer?.good ?? true, answer?.text).toBe(true)
})
