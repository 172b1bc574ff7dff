import { readFileSync } from 'node:fs'
import { expect, test, type Page } from '@playwright/test'
import { bareStory, placeSigner, type SdkPage } from '../support/bare-host.ts'
import { keyAtHome, type Story } from '../support/deal.ts'

// A host hands several documents over and gets an envelope back that stands for them: a new document of its own.
let open: Story | null = null
test.afterEach(async () => {
  await open?.close()
  open = null
})

const NAMES = ['offer.docx', 'contract.pdf'] as const
const BYTES = NAMES.map((name) => readFileSync(`public/samples/${name}`).toString('base64'))

type Made = {
  act: string
  documents: { id: string; name: string; stored: boolean }[]
  states: string[]
  id: string
}
type Host = SdkPage & { given: Blob[]; envelope: Blob; outcome: Promise<Made> }

async function inWindow(page: Page): Promise<Page> {
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.frameLocator('#signer iframe').getByRole('button', { name: 'Open the window' }).click(),
  ])
  await popup.setViewportSize({ width: 1180, height: 860 })
  return popup
}

const outcome = (page: Page): Promise<Made> => page.evaluate(() => (window as unknown as Host).outcome)

test('documents of a host become an envelope that stands for them, and travel beside it where the person chose so @embed @envelope', async () => {
  test.setTimeout(180_000)
  open = await bareStory({ storage: 'default' })
  const { page, complaints } = open
  await keyAtHome(open)
  await placeSigner(open)
  await page.evaluate(
    ([names, bytes]) => {
      const host = window as unknown as Host
      host.given = bytes.map((text) => new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]))
      const made = (result: Awaited<ReturnType<typeof host.signer.prepareEnvelope>>): Made => {
        if (result.status !== 'envelope') throw new Error(result.status)
        const [first] = result.documents
        if (first) host.envelope = first.blob
        return {
          act: result.act,
          documents: result.documents.map(({ id, name, stored }) => ({ id, name, stored })),
          states: result.envelope.documents.map(({ state }) => state),
          id: result.envelope.id,
        }
      }
      const documents = names.map((name, i) => ({ id: `deal/${name}`, name, blob: host.given[i] as Blob }))
      const people = [{ name: 'Ann Example', emails: ['ann@client.example'] }]
      const proposal = { title: 'Supply agreement', people }
      host.outcome = host.signer.prepareEnvelope({ documents, proposal }).then(made)
    },
    [NAMES, BYTES] as const,
  )
  const preparing = await inWindow(page)
  await expect(preparing.getByText('A cover sheet is made that stands for all of them')).toBeVisible({
    timeout: 30_000,
  })
  await expect(preparing.getByRole('button', { name: 'Add documents' })).toHaveCount(0)
  await preparing.getByRole('radio', { name: 'Beside it, as separate files' }).check()
  await preparing.getByLabel('Also a .p7s beside each document').check()
  await expect(preparing.locator('[data-page="1"][data-drawn=true]')).toBeVisible()
  await preparing.getByRole('button', { name: /^Seal as / }).click()
  const prepared = await outcome(page)
  expect(prepared).toMatchObject({
    act: 'prepared',
    documents: [{ id: `envelope-${prepared.id}`, name: 'Supply agreement-envelope.pdf', stored: true }],
    states: ['added', 'added'],
  })
  // What was given stays as it was: only the new file is stored.
  const saved = await page.evaluate(() => (window as unknown as Host).saved.map(({ id }) => id))
  expect(saved).toEqual([`envelope-${prepared.id}`])

  // The host has one of them at hand; the person is asked for the other.
  await page.evaluate(() => {
    const host = window as unknown as Host
    const document = { id: 'envelope', name: 'Supply agreement-envelope.pdf', blob: host.envelope }
    const beside = [{ id: 'deal/offer.docx', name: 'offer.docx', blob: host.given[0] as Blob }]
    host.outcome = host.signer.openEnvelope({ document, beside, signatory: 's1' }).then((result) => {
      if (result.status !== 'envelope') throw new Error(result.status)
      const [first] = result.documents
      if (first) host.envelope = first.blob
      return {
        act: result.act,
        documents: result.documents.map(({ id, name, stored }) => ({ id, name, stored })),
        states: result.envelope.documents.map(({ state }) => state),
        id: result.envelope.id,
      }
    })
  })
  const signing = await inWindow(page)
  const documents = signing.getByRole('region', { name: /^Documents: / })
  await expect(documents.getByText('Checked, handed over')).toHaveCount(1, { timeout: 30_000 })
  const [chooser] = await Promise.all([
    signing.waitForEvent('filechooser'),
    documents.getByRole('button', { name: 'Add files' }).click(),
  ])
  await chooser.setFiles('public/samples/contract.pdf')
  await expect(documents.getByText('Checked, handed over')).toHaveCount(2)
  await documents.getByRole('button', { name: 'contract.pdf', exact: true }).click()
  await signing.getByRole('checkbox', { name: /^I have read/ }).check()
  await signing.getByRole('button', { name: /^Sign “/ }).click()
  expect(await outcome(page)).toEqual({
    act: 'signed',
    id: prepared.id,
    states: ['added', 'added'],
    // The envelope, and a signature of each document by itself.
    documents: [
      { id: 'envelope', name: 'Supply agreement-envelope.pdf', stored: true },
      { id: 'envelope/offer.docx.s1.p7s', name: 'offer.docx.s1.p7s', stored: true },
      { id: 'envelope/contract.pdf.s1.p7s', name: 'contract.pdf.s1.p7s', stored: true },
    ],
  })
  const log = await page.evaluate(() => (window as unknown as Host).heard.filter(({ event }) => event === 'log'))
  const shown = log.map(({ data }) => data as { action?: string; details?: Record<string, unknown> })
  expect(JSON.stringify(shown)).toContain('envelope/contract.pdf')

  // The same state from nothing but the file, with and without what travels beside.
  const states = await page.evaluate(async () => {
    const host = window as unknown as Host
    const bare = await host.signer.readEnvelope(host.envelope)
    const with_ = await host.signer.readEnvelope(host.envelope, { beside: host.given.slice(1) })
    return [bare, with_].map((one) => [one?.status, ...(one?.documents.map(({ state }) => state) ?? [])])
  })
  expect(states).toEqual([
    ['complete', 'missing', 'missing'],
    ['complete', 'missing', 'added'],
  ])
  expect(complaints).toEqual([])
})
