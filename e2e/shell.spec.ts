import { expectAccessible } from './support/axe.ts'
import { picture } from './support/files.ts'
import { expect, test } from './support/test.ts'

test.describe('the shell @main', () => {
  test('starts under the production headers and passes axe', async ({ page, site }) => {
    const response = await page.goto('./')
    expect(response?.headers()['content-security-policy']).toContain("require-trusted-types-for 'script'")
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectAccessible(page)
    await picture(page, 'start')
    expect(page.url().startsWith(site.origin)).toBe(true)
  })
})
