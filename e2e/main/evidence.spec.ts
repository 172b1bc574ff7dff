// Whom a person trusts for what, and what an authority's answers, dropped as files, do to a verdict.
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expectAccessible } from '../support/axe.ts'
import { makeEvidence, type Evidence } from '../support/evidence.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { signPdf } from '../../src/testing/pdf-signing.ts'
import { qcStatementsExtension, testChain } from '../../src/testing/pki.ts'
import { TODAY } from '../../src/testing/contracts.ts'
import { file, give, openToVerify, SAMPLES } from './steps.ts'

let evidence: Evidence
test.beforeAll(async () => {
  evidence = await makeEvidence()
})

const WIDTHS = [390, 560, 1280]
const pdf = (bytes: Uint8Array) => file('contract.pdf', bytes, 'application/pdf')
const verdict = (page: Page) => page.locator('.verdict')
const NOT_KNOWN = 'Whether the certificate was revoked is not known yet.'

/** The dialog that asks before a certificate is trusted. */
async function addRoot(page: Page): Promise<ReturnType<Page['getByRole']>> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add a certificate' }).click(),
  ])
  await chooser.setFiles([{ name: 'root.cer', mimeType: 'application/pkix-cert', buffer: Buffer.from(evidence.root) }])
  return page.getByRole('dialog', { name: 'Trust 1 certificate?' })
}

async function trust(page: Page): Promise<void> {
  await (await addRoot(page)).getByRole('button', { name: 'Trust it' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
}

test('trusted for signatures only, for time-stamps only, for both: chosen, kept, changed @main @verify', async ({
  page,
}) => {
  await openToVerify(page, pdf(evidence.complete))
  await expect(verdict(page)).toContainText('Signed in the name of alice.')
  const dialog = await addRoot(page)
  await expect(dialog.getByRole('radio', { name: /^Signatures and time-stamps/ })).toBeChecked()
  await dialog.getByRole('radio', { name: /^Signatures only/ }).check()
  await expectAccessible(page)
  await picture(page, 'anchor-dialog', WIDTHS)
  await dialog.getByRole('button', { name: 'Trust it' }).click()

  const anchor = page.locator('.anchor-list details')
  await expect(anchor.locator('summary')).toContainText('signatures only')
  await expect(verdict(page)).toContainText('Signed by alice')
  await expect(verdict(page)).toContainText('no time-stamp proves it')
  await expect(page.getByText(/Time-stamp over the signature: .* It proves nothing here:/)).toBeVisible()

  // Kept: another visit judges the same way.
  await page.reload()
  await openToVerify(page, pdf(evidence.complete))
  await expect(verdict(page)).toContainText('no time-stamp proves it')
  await anchor.locator('summary').click()
  const trustFor = anchor.getByLabel('Trust for')
  await expect(trustFor).toHaveValue('signing')
  await expectAccessible(page)
  await picture(page, 'anchor-row', WIDTHS)

  await trustFor.selectOption('Signatures and time-stamps')
  await expect(verdict(page)).toContainText('the time is proven by a time-stamp')
  await expect(anchor.locator('summary')).toContainText('signatures and time-stamps')

  await trustFor.selectOption('Time-stamps only')
  await expect(verdict(page)).toContainText('Signed in the name of alice.')
  await expect(page.getByText(/Time-stamp over the signature: .* Trusted here\./)).toBeVisible()

  await anchor.getByRole('button', { name: 'Stop trusting' }).click()
  await expect(page.getByText(/Time-stamp over the signature: .* It proves nothing here:/)).toBeVisible()
})

for (const kind of ['ocsp', 'crl'] as const) {
  test(`an ${kind.toUpperCase()} file dropped later says that nothing was revoked, a newer one that it was @main @verify`, async ({
    page,
  }) => {
    const answer = (bytes: Uint8Array, name: string) => file(`${name}.${kind === 'ocsp' ? 'ors' : 'crl'}`, bytes)
    await openToVerify(page, [pdf(evidence.plain), file('root.crl', evidence.rootCrl)])
    await trust(page)
    await expect(verdict(page)).toContainText(NOT_KNOWN)

    await give(page, answer(evidence.good[kind], 'good'))
    await expect(page.getByText(NOT_KNOWN)).toHaveCount(0)
    await expect(verdict(page)).toHaveText(/Signed by alice on .* Nothing was changed since\./)
    await page.getByText(/checks? with (its|their) evidence/).click()
    await expect(page.getByText('TOTAL-PASSED')).toBeVisible()

    // The good answer is still there: the bad one counts.
    await give(page, answer(evidence.revoking[kind], 'newer'))
    await expect(verdict(page)).toContainText(
      'The certificate has been revoked, and nothing proves that the signature was made before.',
    )
    await expect(page.getByText('REVOKED_NO_POE').first()).toBeAttached()
    await expect(page.getByText(/^Not trusted here\. The certificate has been revoked/)).toBeVisible()
    await expectAccessible(page)
    await picture(page, `revoked-${kind}`, WIDTHS)
  })
}

test('a signature that a time-stamp proves to be older than the revocation stays good @main @verify', async ({
  page,
}) => {
  const { good, revoking, stamped, rootCrl } = evidence
  await openToVerify(page, [pdf(stamped), file('root.crl', rootCrl), file('good.crl', good.crl)])
  await trust(page)
  await expect(verdict(page)).toContainText('the time is proven by a time-stamp')
  await give(page, file('revoking.ors', revoking.ocsp))
  await expect(verdict(page)).toContainText('the time is proven by a time-stamp')
})

test('an answer about somebody else changes nothing @main @verify', async ({ page }) => {
  await openToVerify(page, [pdf(evidence.plain), file('root.crl', evidence.rootCrl)])
  await trust(page)
  const other = await makeEvidence()
  await give(page, [file('other.ors', other.revoking.ocsp), file('other.crl', other.revoking.crl)])
  await expect(verdict(page)).toContainText(NOT_KNOWN)
})

const KINDS = [
  [
    { compliance: true, qscd: true, types: ['esign'] },
    'Calls itself qualified. For electronic signatures of a person. Its key is on a protected device (QSCD).',
  ],
  [
    { compliance: true, qscd: false, types: ['eseal'] },
    'Calls itself qualified. For electronic seals of an organisation.',
  ],
  [{ compliance: true, qscd: false, types: ['web'] }, 'Calls itself qualified. For websites, not for documents.'],
  [{ compliance: false, qscd: false, types: [] }, null],
] as const

test('the card says in words what kind of certificate it is @main @verify', async ({ page }) => {
  await page.clock.setFixedTime(TODAY)
  const kind = page.locator('.facts > dt', { hasText: 'Certificate kind' })
  for (const [statements, words] of KINDS) {
    const { leaf } = await testChain('ECDSA-P256', { extraExtensions: [qcStatementsExtension(statements)] })
    await openToVerify(page, pdf(await signPdf(new Uint8Array(readFileSync(SAMPLES.contract)), leaf)))
    await expect(verdict(page)).toContainText('Signed in the name of')
    if (words === null) await expect(kind).toHaveCount(0)
    else {
      const text = `${words} That is what its issuer wrote; no trusted list was asked.`
      await expect(kind.locator('+ dd')).toHaveText(text)
      await expectAccessible(page)
      await picture(page, `certificate-${statements.types[0] ?? 'none'}`, WIDTHS)
    }
    await page.getByRole('button', { name: 'Start again' }).click()
  }
})
