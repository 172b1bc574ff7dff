import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { coverMaker } from '../../src/core/envelope/check-cover.ts'
import { composeCover, describeDocuments } from '../../src/core/envelope/cover.ts'
import { draftOf, draftSignatory } from '../../src/testing/envelopes.ts'
import { forgeEnvelope } from '../../src/testing/forged-envelope.ts'
import { signingPorts } from '../../src/testing/pdf-signing.ts'
import { testChain } from '../../src/testing/pki.ts'
import { createKey, file, openToVerify, SAMPLES } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { giveEnvelope, signNow, signTurn, standing } from './steps.ts'

const font = new Uint8Array(readFileSync('public/fonts/noto-sans.ttf'))

/** Sealed by other software: the sheet prints a title of its own. */
async function sealedWith(printed: string, layout: number): Promise<{ name: string; bytes: Uint8Array }> {
  const files = [SAMPLES.offer, SAMPLES.contract].map((path) => ({
    name: path.split('/').at(-1) ?? path,
    blob: new Blob([new Uint8Array(readFileSync(path))]),
  }))
  const enclosed = await describeDocuments({ files, attached: true }, signingPorts)
  const draft = draftOf([draftSignatory(1, { fields: [] })], { title: 'Supply agreement 14-B', language: 'en' })
  const cover = await composeCover({ files, enclosed, title: printed, language: 'en', font }, signingPorts)
  const { leaf } = await testChain()
  const maker = { ...coverMaker(font), layout }
  const { blob } = await forgeEnvelope({ cover, enclosed, draft, leaf, font, maker })
  return { name: 'supply.pdf', bytes: new Uint8Array(await blob.arrayBuffer()) }
}

const documents = (page: Page) => page.getByRole('region', { name: /^Documents: / })

test('a cover sheet that prints something else than was sealed is named so, and is not signed @envelope', async ({
  page,
}) => {
  await createKey(page, { name: 'Person 1' })
  const sealed = await sealedWith('Supply agreement 14-A, at half the price', 1)
  await giveEnvelope(page, sealed)
  await expect(standing(page)).toHaveText('The cover sheet says something else than what was sealed')
  await expect(documents(page).getByText('The signatures cover the documents in this list')).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'cover-false', [390, 560, 1280])
  await page.getByRole('checkbox', { name: /sign them all/ }).check()
  await signNow(page).click()
  await expect(documents(page)).toBeFocused()
  await expect(page.getByText('Waiting for Person 1')).toHaveCount(0)
  await openToVerify(page, file('supply.pdf', sealed.bytes, 'application/pdf'))
  const verified = page.getByRole('region', { name: /^Envelope/ })
  await expect(verified.getByText('The cover sheet says something else').first()).toBeVisible({ timeout: 30_000 })
})

test('one that another version laid out is not accused: that it was not compared is said, and it is signed @envelope', async ({
  page,
}) => {
  await createKey(page, { name: 'Person 1' })
  await giveEnvelope(page, await sealedWith('Supply agreement 14-B', 99))
  await expect(standing(page)).toHaveText('Waiting for Person 1')
  await expect(documents(page).getByText('was not compared: another version laid it out')).toBeVisible()
  await picture(page, 'cover-unknown', [390, 560, 1280])
  await signTurn(page)
})
