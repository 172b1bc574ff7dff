import { archivePdf } from '../../src/testing/pdf-archive.ts'
import { createKey } from '../main/steps.ts'
import { expectAccessible } from '../support/axe.ts'
import { picture } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import { giveEnvelope, part } from './steps.ts'

test('what becomes of a PDF/A document is said before it is prepared @envelope', async ({ page }) => {
  await createKey(page, { name: 'Ann Example' })
  const give = async (archive: 1 | 2 | 3): Promise<void> => {
    await giveEnvelope(page, { name: `archive-${String(archive)}.pdf`, bytes: archivePdf(archive) })
    await part(page, 'Documents')
  }
  await give(2)
  await expect(page.getByText(/^This document is PDF\/A-2 and will not stay so/)).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'envelope-archive', [390, 560, 1280])
  await page.goto('#/')
  await give(3)
  await expect(page.getByText(/^This document is PDF\/A-3\. It is so again when all/)).toBeVisible()
})
