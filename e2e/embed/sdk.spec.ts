import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { networkOf, withOpenSslPki } from '../../src/testing/openssl-pki.ts'
import { bareStory, heard, placeSigner, type SdkPage } from '../support/bare-host.ts'
import { keyAtHome, ours, pressGuarded, windowOf, type Story } from '../support/deal.ts'
import type { EmbeddingOptions } from '../support/embedding.ts'
import { pdfsig } from '../main/judges.ts'

let open: Story | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})
const begin = async (options: EmbeddingOptions) => (open = await bareStory(options))

type Asked = { documents: { id: string; name: string }[] } & Record<string, unknown>
type Outcome = {
  status?: string
  code?: string
  details?: Record<string, unknown>
  level?: string
  timeIsProven?: boolean
  documents?: { id: string; stored: boolean; bytes: number[] }[]
  log?: string
}
const CONTRACT = { documents: [{ id: 'contract.pdf', name: 'contract.pdf' }] }
const SIGN = /^Sign contract\.pdf/

/** The SDK's `sign` with its outcome in plain values; `code` when it was rejected. */
const ask = (page: Page, asked: Asked): Promise<Outcome> =>
  page.evaluate(async (options) => {
    const { signer } = window as unknown as SdkPage
    try {
      const result = await signer.sign(options as unknown as Parameters<typeof signer.sign>[0])
      if (result.status !== 'signed') return { status: result.status }
      const bytes = async (blob: Blob) => Array.from(new Uint8Array(await blob.arrayBuffer()))
      const documents = result.documents.map(async ({ id, stored, blob }) => ({ id, stored, bytes: await bytes(blob) }))
      const { level, timeIsProven } = result.signature
      const log = await result.log?.text()
      return { status: 'signed', level, timeIsProven, documents: await Promise.all(documents), ...(log ? { log } : {}) }
    } catch (error) {
      const { code, name, details } = error as { code?: unknown; name: string; details?: Record<string, unknown> }
      return { code: typeof code === 'string' ? code : name, ...(details ? { details } : {}) }
    }
  }, asked)

/** The log on the page that verifies, on the command line, and before OpenSSL; a changed one fails at each. */
async function expectSealed({ page, app }: Story, log: string): Promise<void> {
  const path = test.info().outputPath('activity-log.json')
  const forged = test.info().outputPath('forged-log.json')
  writeFileSync(path, log)
  writeFileSync(forged, log.replace('shown', 'hidden'))
  await page.goto(`${app.origin}/#/verify`)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose files' }).first().click(),
  ])
  await chooser.setFiles([path, forged])
  await expect(page.getByText(/^Activity log activity-log\.json: \d steps, their chain holds$/)).toBeVisible()
  await expect(page.getByText('Activity log forged-log.json was changed')).toBeVisible()
  await expect(page.locator('.log-steps').first()).toContainText('Agreed to sign')
  await page.screenshot({ path: test.info().outputPath('log.png'), fullPage: true })
  const cli = (file: string) =>
    spawnSync(process.execPath, ['dist/cli/countersign.js', 'verify', file], { encoding: 'utf8' }).stdout
  expect(cli(path)).toMatch(/activity log, \d steps, chain intact[^]*INDETERMINATE \/ NO_CERTIFICATE_CHAIN_FOUND/)
  expect(cli(forged)).toMatch(/chain broken at step 2 \(changed\)[^]*TOTAL-FAILED/)
  for (const [file, status] of [
    [path, 0],
    [forged, 4],
  ] as const) {
    const { payload, signature } = JSON.parse(readFileSync(file, 'utf8')) as { payload: string; signature: string }
    writeFileSync(`${file}.payload`, payload)
    writeFileSync(`${file}.p7s`, Buffer.from(signature, 'base64'))
    const content = ['-content', `${file}.payload`, '-out', `${file}.out`]
    const openssl = spawnSync('openssl', [
      'cms',
      '-verify',
      '-binary',
      '-noverify',
      '-inform',
      'DER',
      '-in',
      `${file}.p7s`,
      ...content,
    ])
    if (!openssl.error) expect(openssl.status, String(openssl.stderr)).toBe(status)
  }
}

const names = async (page: Page) => (await heard(page)).map(({ event }) => event)

test.describe('@embed the SDK', () => {
  test('every event of signing in the frame, and of the window; the log holds no text of the document', async () => {
    const story = await begin({ storage: 'default' })
    const { page, frame } = story
    await keyAtHome(story)
    await placeSigner(story)
    const signed = ask(page, CONTRACT)
    await expect(frame.locator('.pdf-page').first()).toBeVisible()
    await frame.locator('.pdf-page').last().scrollIntoViewIfNeeded()
    await frame.locator('.pdf-page').last().hover()
    await page.mouse.wheel(0, 5000)
    await expect.poll(() => names(page)).toContain('view-progress')
    await pressGuarded(frame, SIGN)
    const result = await signed
    expect(result).toMatchObject({ status: 'signed', documents: [{ id: 'contract.pdf', stored: true }] })
    const all = await heard(page)
    const first = (name: string) => all.findIndex(({ event }) => event === name)
    for (const name of ['ready', 'resize', 'document-loaded', 'view-progress', 'consent', 'signing', 'signed', 'log'])
      expect(first(name), name).toBeGreaterThanOrEqual(0)
    expect(first('consent')).toBeLessThan(first('signing'))
    expect(first('signing')).toBeLessThan(first('signed'))
    const steps = all.filter(({ event }) => event === 'log').map(({ data }) => data['action'])
    expect(steps).toEqual([
      'opened',
      'shown',
      ...steps.filter((one) => one === 'seen-to-end'),
      'consent',
      'signed',
      'saved',
    ])
    const said = JSON.stringify(all.map(({ data }) => data)) + (result.log ?? '')
    for (const text of ['SERVICES AGREEMENT', 'Contractor', 'PRIVATE']) expect(said).not.toContain(text)
    await expectSealed(story, result.log ?? '')
    expect(ours(story)).toEqual([])
  })

  test('events of the ladder and the window, of declining, and of cancelling by the host', async () => {
    const story = await begin({ storage: 'blocked' })
    const { page, frame } = story
    await keyAtHome(story)
    await placeSigner(story)
    const signed = ask(page, CONTRACT)
    const popup = await windowOf(story)
    await popup.getByRole('button', { name: SIGN }).click()
    expect(await signed).toMatchObject({ status: 'signed' })
    await expect.poll(() => names(page)).toContain('popup-closed')
    const happened = await names(page)
    for (const name of [
      'storage-access-needed',
      'popup-opened',
      'document-loaded',
      'consent',
      'signing',
      'signed',
      'log',
    ])
      expect(happened, name).toContain(name)
    const steps = (await heard(page)).filter(({ event }) => event === 'log').map(({ data }) => data['action'])
    expect(steps.at(-1)).toBe('saved')

    const declined = ask(page, CONTRACT)
    await frame.getByRole('button', { name: 'Decline' }).click()
    await frame.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
    expect(await declined).toEqual({ status: 'declined' })
    const cancelled = ask(page, CONTRACT)
    await frame.getByRole('button', { name: 'Cancel' }).click()
    expect(await cancelled).toEqual({ status: 'cancelled' })
    expect((await names(page)).slice(-10)).toEqual(expect.arrayContaining(['declined', 'cancelled']))
    const aborted = await page.evaluate(async () => {
      const { signer } = window as unknown as SdkPage
      const controller = new AbortController()
      const documents = [{ id: 'contract.pdf', name: 'contract.pdf' }]
      const asked = signer.sign({ documents, signal: controller.signal })
      setTimeout(() => controller.abort(), 500)
      return asked.then(
        () => 'signed',
        (error: unknown) => (error as Error).name,
      )
    })
    expect(aborted).toBe('AbortError')
    expect(ours(story)).toEqual([])
  })

  test('verify, theme, language, and the end of a signer', async () => {
    const story = await begin({ storage: 'default' })
    const { page, frame } = story
    await placeSigner(story)
    const verify = (change: boolean) =>
      page.evaluate(async (tamper) => {
        const bytes = new Uint8Array(await (await fetch('contract.pdf')).arrayBuffer())
        const { indication } = await (window as unknown as SdkPage).signer.verify(
          tamper ? bytes.slice(9) : bytes,
          'c.pdf',
        )
        return indication
      }, change)
    expect(await verify(false)).toBe('NO_SIGNATURE')
    expect(await verify(true)).toBe('NO_SIGNATURE')
    await page.evaluate(() => {
      const { signer } = window as unknown as SdkPage
      signer.setTheme({ mode: 'dark', accent: '#aa0055' })
      signer.setLocale('uk')
    })
    await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark')
    await expect(frame.locator('html')).toHaveAttribute('lang', 'uk')
    const asked = ask(page, CONTRACT)
    await expect(frame.getByRole('button', { name: 'Скасувати' })).toBeVisible()
    await page.evaluate(() => (window as unknown as SdkPage).signer.destroy())
    expect(await asked).toMatchObject({ code: 'AbortError' })
    await expect(page.locator('iframe')).toHaveCount(0)
  })

  test('two acts at once wait for each other; a reload of the frame half-way loses none', async () => {
    const story = await begin({ storage: 'default' })
    const { page, frame } = story
    await keyAtHome(story)
    await placeSigner(story)
    const both = [
      ask(page, { ...CONTRACT, requestId: 'one' }),
      ask(page, { documents: [{ id: 'invoice.pdf', name: 'invoice.pdf' }], requestId: 'two' }),
    ]
    await expect(frame.getByRole('button', { name: SIGN })).toBeVisible()
    await page.evaluate(() => {
      const { element } = (window as unknown as SdkPage).signer
      element.src = `${element.src}&again`
    })
    await pressGuarded(frame, SIGN)
    expect(await both[0]).toMatchObject({ status: 'signed', documents: [{ id: 'contract.pdf' }] })
    await pressGuarded(frame, /^Sign invoice\.pdf/)
    expect(await both[1]).toMatchObject({ status: 'signed', documents: [{ id: 'invoice.pdf' }] })
    const saved = await page.evaluate(() => (window as unknown as SdkPage).saved)
    expect(saved.map(({ id }) => id)).toEqual(['contract.pdf', 'invoice.pdf'])
  })

  test('a document that is too large is refused unread, on both sides', async () => {
    const story = await begin({ storage: 'default', config: { policy: { maxDocumentMiB: 100 } } })
    await placeSigner(story)
    const outcome = await story.page.evaluate(async () => {
      const { signer } = window as unknown as SdkPage
      const blob = new Blob(Array.from({ length: 500 }, () => new Uint8Array(2 ** 20)))
      return signer.sign({ documents: [{ name: 'scan.pdf', blob }] }).then(
        () => null,
        (error: unknown) => ({
          code: (error as { code: string }).code,
          details: (error as { details: object }).details,
        }),
      )
    })
    expect(outcome).toEqual({
      code: 'HOST_DOCUMENT_TOO_LARGE',
      details: { name: 'scan.pdf', size: 500 * 2 ** 20, limit: 100 * 2 ** 20 },
    })
  })

  test('a time-stamp by the network of the CRM; one that is forged is not taken', () =>
    withOpenSslPki(async (pki) => {
      pki.issue('tsa', 'x_tsa')
      const tsa = 'https://tsa.test/'
      const story = await begin({ storage: 'default', config: { tsa: [tsa] } })
      const { page, frame } = story
      const asked: string[] = []
      let lie = false
      await page.exposeFunction(
        'fetchByHost',
        async ({ url, kind, body }: { url: string; kind: string; body: number[] }) => {
          asked.push(`${kind} ${url}`)
          try {
            const answer = await networkOf(pki).post(url, Uint8Array.from(body), '', new AbortController().signal)
            if (lie) answer[answer.length - 1] = (answer.at(-1) ?? 0) ^ 1
            return Array.from(answer)
          } catch {
            return null
          }
        },
      )
      await keyAtHome(story)
      await placeSigner(story)
      const stamped = ask(page, { ...CONTRACT, level: 'B-T' })
      await pressGuarded(frame, SIGN)
      expect(await stamped).toMatchObject({ status: 'signed', level: 'B-T' })
      expect(asked).toEqual([`tsa ${tsa}`])
      lie = true
      const refused = ask(page, { ...CONTRACT, level: 'B-T', requestId: 'lied-to' })
      await pressGuarded(frame, SIGN)
      expect(await refused).toMatchObject({ status: 'signed', level: 'B-B' })
    }))
})

test.describe('@embed signing unseen', () => {
  async function permit({ page, app }: Story, documents: number): Promise<void> {
    await page.goto(`${app.origin}/#/keys`)
    await page.getByRole('button', { name: 'Permit…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign unseen for a business process' })
    await dialog.getByLabel('Documents at most').fill(String(documents))
    await page.screenshot({ path: 'test-results/grant-dialog.png' })
    await dialog.getByRole('button', { name: 'Permit', exact: true }).click()
    await expect(dialog).toBeHidden()
  }
  const unseen = (page: Page, ...ids: string[]) =>
    ask(page, { documents: ids.map((id) => ({ id, name: id })), unattended: true })

  test('only what was permitted, to the site it was permitted to; each use is written down and it can be revoked', async () => {
    const unattended: string[] = []
    const story = await begin({ storage: 'default', config: { unattended } })
    const { page } = story
    await keyAtHome(story)
    await placeSigner(story)
    expect(await unseen(page, 'contract.pdf')).toMatchObject({ code: 'UNATTENDED_FORBIDDEN' })
    unattended.push(story.crm.origin)
    await placeSigner(story)
    expect(await unseen(page, 'contract.pdf')).toMatchObject({
      code: 'UNATTENDED_NOT_GRANTED',
      details: { reason: 'none' },
    })
    await permit(story, 4)
    await placeSigner(story)
    const result = await unseen(page, 'contract.pdf', 'invoice.pdf')
    expect(result).toMatchObject({ status: 'signed', documents: [{ stored: true }, { stored: true }] })
    const path = test.info().outputPath('contract.pdf')
    writeFileSync(path, Uint8Array.from(result.documents?.[0]?.bytes ?? []))
    expect(pdfsig(path)?.good ?? true).toBe(true)
    const consent = (await heard(page)).find(({ data }) => data['action'] === 'consent')
    expect(consent?.data['data']).toMatchObject({ kind: 'standing', documents: 2, left: 2 })
    const three = await unseen(page, 'contract.pdf', 'invoice.pdf', 'offer.docx')
    expect(three).toMatchObject({ code: 'UNATTENDED_NOT_GRANTED', details: { reason: 'used-up', left: 2 } })
    await expect(story.frame.getByRole('link', { name: 'Open your keys to permit it' })).toBeVisible()

    await page.goto(`${story.app.origin}/#/keys`)
    const list = page.getByRole('region', { name: 'Sign unseen for a business process' })
    await expect(list).toContainText('2 of 4 documents left')
    await list.getByText('1 use').click()
    await expect(list).toContainText('contract.pdf and invoice.pdf')
    await page.screenshot({ path: 'test-results/grant-list.png', fullPage: true })
    await list.getByRole('button', { name: 'Revoke' }).click()
    await expect(list).toContainText('Revoked')
    await placeSigner(story)
    expect(await unseen(page, 'contract.pdf')).toMatchObject({ code: 'UNATTENDED_NOT_GRANTED' })
    expect(ours(story)).toEqual([])
  })

  test('two frames at once never get more than was permitted', async () => {
    const unattended: string[] = []
    const story = await begin({ storage: 'default', config: { unattended } })
    unattended.push(story.crm.origin)
    await keyAtHome(story)
    await permit(story, 3)
    const other = await story.context.newPage()
    await Promise.all([placeSigner(story), placeSigner({ ...story, page: other })])
    const acts = [story.page, other].flatMap((page) => [1, 2, 3].map(() => unseen(page, 'invoice.pdf')))
    const outcomes = await Promise.all(acts)
    expect(outcomes.filter(({ status }) => status === 'signed')).toHaveLength(3)
    expect(outcomes.filter(({ code }) => code === 'UNATTENDED_NOT_GRANTED')).toHaveLength(3)
  })

  test('keys that only a window reaches: refused, since nothing opens without a click', async () => {
    const unattended: string[] = []
    const story = await begin({ storage: 'blocked', config: { unattended } })
    unattended.push(story.crm.origin)
    await keyAtHome(story)
    await permit(story, 3)
    await placeSigner(story)
    expect(await unseen(story.page, 'contract.pdf')).toMatchObject({ code: 'KEY_NEEDS_WINDOW' })
    expect(story.context.pages()).toHaveLength(1)
  })
})
