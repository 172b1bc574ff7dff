import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { opensslDetached } from '../main/judges.ts'
import { openToSign, SAMPLES, sign, takeFile } from '../main/steps.ts'
import { picture } from '../support/files.ts'
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

test('bad key files and ten wrong passwords: each is worded, no key is half-imported, the right one still comes @keys', async ({
  page,
}, info) => {
  test.slow()
  test.skip(!hasOpenssl && !process.env['CI'], 'needs openssl')
  const at = (name: string) => info.outputPath(name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  for (const name of ['one', 'two', 'three']) {
    const subject = [
      '-days',
      '30',
      '-subj',
      `/CN=Signer ${name}`,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
    ]
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject)
  }
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    at('one.key'),
    '-in',
    at('one.pem'),
    '-passout',
    'pass:right',
    '-out',
    at('one.p12'),
  )
  const read = (...names: string[]) => Buffer.concat(names.map((name) => readFileSync(at(name))))
  const whole = read('one.p12')
  writeFileSync(at('cut.p12'), whole.subarray(0, whole.length / 2))
  writeFileSync(at('text.p12'), 'no key file at all')
  writeFileSync(at('huge.p12'), Buffer.alloc(17 << 20))
  writeFileSync(at('mismatch.pem'), read('one.key', 'two.pem'))
  writeFileSync(at('several.pem'), read('one.key', 'one.pem', 'two.key', 'two.pem', 'three.key'))

  await page.goto('#/keys')
  await page.getByRole('button', { name: 'Import a key file' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import a key file' })
  const attempt = async (file: string, password: string) => {
    await dialog.getByLabel(/Key file/).setInputFiles(at(file))
    await dialog.getByLabel('Password').fill(password)
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  }
  for (const [file, code] of [
    ['cut.p12', 'PKCS12_MALFORMED'],
    ['text.p12', 'PKCS12_MALFORMED'],
    ['huge.p12', 'PKCS12_LIMIT_EXCEEDED'],
    ['mismatch.pem', 'KEY_CERTIFICATE_MISMATCH'],
  ] as const) {
    await attempt(file, 'right')
    await expect(dialog.getByRole('alert'), file).toContainText(code, { timeout: 30_000 })
  }
  for (let wrong = 1; wrong <= 10; wrong++) {
    await attempt('one.p12', `wrong ${String(wrong)}`)
    await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeEnabled({ timeout: 30_000 })
    await expect(dialog.getByRole('alert')).toContainText('PKCS12_PASSWORD_INCORRECT')
  }
  await picture(page, 'keys-import', [390, 700, 1280])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('heading', { name: 'No keys yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Import a key file' }).click()
  await attempt('one.p12', 'right')
  await expect(dialog).toBeHidden({ timeout: 30_000 })
  await expect(page.getByRole('article')).toHaveCount(1)
  await page.getByRole('button', { name: 'Import a key file' }).click()
  await attempt('several.pem', '')
  await expect(page.getByRole('article').filter({ hasText: 'Signer two' })).toHaveCount(1, { timeout: 30_000 })
  await expect(page.getByRole('article').filter({ hasText: 'Signer three' })).toHaveCount(0)
})
