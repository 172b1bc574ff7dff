// The Bitrix24 page: an ordinary host of the SDK. It holds the portal's token; the frame that it nests never sees it.
import {
  createSigner,
  CountersignError,
  type EnvelopeSummary,
  type HostPorts,
  type SignDocument,
  type Signer,
  type SignResult,
} from '../../host-sdk/index.ts'
import { placeOf, proposalOf, standingOf, tell, tellViewed } from './envelopes.ts'
import { drawInstall, TARGET_OPTION } from './install.ts'
import { itemFiles, type ItemFile, type ItemFiles } from './item-files.ts'
import { openPortal, type Portal } from './portal.ts'
import { recordOf, type CrmRecord } from './record.ts'
import { note, notifyResponsible } from './timeline.ts'
import { wordsOf, type Words } from './words.ts'
import './page.css'

const main = document.getElementById('main')
if (!main) throw new Error('bitrix24.html has no #main')
const root = main

/** The signer beside this page, or, in an archive of the portal's store, the one it was built for. */
const SIGNER = document.querySelector<HTMLMetaElement>('meta[name="countersign-signer"]')?.content ?? './'

type Shown = Readonly<{
  portal: Portal
  record: CrmRecord
  files: ItemFiles
  target: string | null
  words: Words
  panel: HTMLElement
  status: HTMLElement
}>

/** The address carries a token: it is fetched without a referrer and never logged. */
async function fetchBlob(url: string): Promise<Blob> {
  const response = await fetch(url, { referrerPolicy: 'no-referrer', credentials: 'omit' })
  if (!response.ok) throw new CountersignError('HOST_LOAD_FAILED', `HTTP ${response.status}`)
  return response.blob()
}

async function start(): Promise<void> {
  // The portal names the frame that it opens: `DOMAIN|PROTOCOL|APP_SID`.
  if (window.parent === window || window.name.split('|').length < 3) return explain()
  const portal = await openPortal()
  document.documentElement.lang = portal.language === 'ua' ? 'uk' : portal.language
  if (portal.installing || portal.placement === 'DEFAULT') return drawInstall(root, portal)
  const record = recordOf(portal.placement, portal.options)
  const words = wordsOf(portal.language)
  if (!record) {
    root.textContent = words.noRecord
    return
  }
  const files = itemFiles((method, params) => portal.call(method, params), record, fetchBlob)
  const target = portal.option(`${TARGET_OPTION}${record.entityTypeId}`)
  const panel = Object.assign(document.createElement('div'), { id: 'signer' })
  const status = Object.assign(document.createElement('p'), { id: 'status', role: 'status' })
  const shown = { portal, record, files, target, words, panel, status }
  await draw(shown)
  portal.fit()
  const look = () => void lookAgain(shown).catch(() => undefined)
  addEventListener('focus', look)
  setInterval(look, LOOK_EVERY)
}

/** ms; while the card is open what others brought in is told too. */
const LOOK_EVERY = 60_000
let drawn = ''
let looking = false

async function lookAgain(shown: Shown): Promise<void> {
  if (looking || shown.panel.className !== '') return
  looking = true
  try {
    const found = await shown.files.list()
    // Nobody's work is taken from under the hands.
    if (idsOf(found) !== drawn && shown.panel.className === '') await draw(shown)
  } finally {
    looking = false
  }
}

const idsOf = (files: readonly ItemFile[]): string => files.map(({ id }) => id).join()

/** Outside of a portal: what this is. */
function explain(): void {
  const words = wordsOf(navigator.language.split('-')[0] ?? '')
  const title = Object.assign(document.createElement('h1'), { textContent: document.title })
  const means = Object.assign(document.createElement('p'), { textContent: words.outside })
  const version = Object.assign(document.createElement('p'), {
    className: 'muted',
    textContent: `${words.version} ${import.meta.env.VITE_APP_VERSION ?? 'development'}`,
  })
  root.replaceChildren(title, means, version)
}

async function draw(shown: Shown): Promise<void> {
  const { words, panel, status } = shown
  const title = Object.assign(document.createElement('h1'), { textContent: words.title })
  const list = Object.assign(document.createElement('ul'), { className: 'files' })
  const found = await shown.files.list()
  drawn = idsOf(found)
  list.append(...found.map((file) => rowOf(shown, file)))
  for (const id of chosen) if (!found.some((file) => file.id === id)) chosen.delete(id)
  const together = Object.assign(document.createElement('button'), { type: 'button', className: 'together' })
  together.onclick = () => {
    const files = found.filter(({ id }) => chosen.has(id))
    void read(shown, files, (signer, documents) => prepare(shown, signer, documents))
  }
  if (found.length === 0) status.textContent = words.none
  if (shown.target === null) status.textContent = words.noTarget
  root.replaceChildren(title, list, ...(found.length > 1 ? [together] : []), status, panel)
  drawChosen(shown)
  await reconcile(shown, found, [...list.children])
}

/** The newest copies are read: the timeline is told what they say and it does not know, and each row says where its envelope stands. */
const MOST_READ = 20

async function reconcile(shown: Shown, found: readonly ItemFile[], rows: readonly Element[]): Promise<void> {
  const { target, words, portal, record } = shown
  const copies = found.map((file, at) => ({ file, row: rows[at] })).filter(({ file }) => file.field === target)
  if (copies.length === 0) return
  const hidden = Object.assign(document.createElement('div'), { id: 'reader' })
  root.append(hidden)
  const reader = signerFor(shown, hidden)
  try {
    const read = new Map<Element, EnvelopeSummary>()
    for (const { file, row } of copies.slice(-MOST_READ)) {
      const summary = row && (await readOne(shown, reader, file))
      if (summary) read.set(row, summary)
    }
    const all = [...read.values()]
    for (const { file, row } of copies) {
      const summary = row && read.get(row)
      if (summary) showEnvelope(shown, file, row, summary, all)
    }
    await tell(portal, record, all, words)
  } finally {
    reader.destroy()
    hidden.remove()
    portal.fit()
  }
}

/** A copy that cannot be fetched or read is a file like any other. */
async function readOne({ files }: Shown, reader: Signer, file: ItemFile): Promise<EnvelopeSummary | null> {
  try {
    return await reader.readEnvelope((await files.read(file.id)).blob, { name: pdfName(file.name) })
  } catch {
    return null
  }
}

function showEnvelope(
  shown: Shown,
  file: ItemFile,
  row: Element,
  summary: EnvelopeSummary,
  all: readonly EnvelopeSummary[],
): void {
  const { words, portal, record } = shown
  const place = placeOf(summary, all)
  row.querySelector('small')?.replaceChildren(place === 'current' ? standingOf(summary, words) : words[place])
  for (const control of row.querySelectorAll('button, input')) control.remove()
  if (chosen.delete(file.id)) drawChosen(shown)
  if (place === 'earlier') return
  const open = Object.assign(document.createElement('button'), { type: 'button', textContent: words.open })
  open.setAttribute('aria-label', `${words.open} ${file.name}`)
  open.onclick = () =>
    void read(shown, [file], (signer, [one]) => {
      signer.on('document-loaded', () => void tellViewed(portal, record, summary, words).catch(() => undefined))
      return signer.openEnvelope({ document: one })
    })
  row.append(...lettersOf(summary, words), open)
}

/** Letters to those whose turn it is; the portal's user sends them with the file. */
function lettersOf({ notices, people, turn }: EnvelopeSummary, words: Words): readonly HTMLAnchorElement[] {
  const letters = notices.filter(({ kind, emails }) => kind === 'turn' && emails.length > 0)
  return letters
    .filter(({ signatory }) => people.some(({ id }) => id === signatory && turn.includes(id)))
    .map(({ name, emails, subject, body }) => {
      const href = `mailto:${emails.map(encodeURIComponent).join(',')}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`
      return Object.assign(document.createElement('a'), { href, textContent: `${words.writeTo} ${name}` })
    })
}

function rowOf(shown: Shown, file: ItemFile): HTMLElement {
  const { words } = shown
  const row = document.createElement('li')
  const name = Object.assign(document.createElement('span'), { textContent: file.name })
  name.append(Object.assign(document.createElement('small'), { textContent: file.fieldTitle }))
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words.sign })
  button.setAttribute('aria-label', `${words.sign} ${file.name}`)
  button.disabled = shown.target === null
  button.onclick = () => void read(shown, [file], (signer, documents) => signer.sign({ documents }))
  row.append(chooser(shown, file), name, button)
  if (!/\.pdf$/i.test(pdfName(file.name))) return row
  const send = Object.assign(document.createElement('button'), { type: 'button', textContent: words.send })
  send.setAttribute('aria-label', `${words.send}: ${file.name}`)
  send.disabled = button.disabled
  send.onclick = () => void read(shown, [file], (signer, documents) => prepare(shown, signer, documents))
  row.append(send)
  return row
}

/** Ids of files that are to be sent together, in one envelope. */
const chosen = new Set<string>()

function chooser(shown: Shown, { id, name }: ItemFile): HTMLInputElement {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: chosen.has(id) })
  box.setAttribute('aria-label', `${shown.words.pick} ${name}`)
  box.disabled = shown.target === null
  box.onchange = () => {
    if (box.checked) chosen.add(id)
    else chosen.delete(id)
    drawChosen(shown)
  }
  return box
}

function drawChosen({ words }: Shown): void {
  const together = root.querySelector<HTMLButtonElement>('.together')
  if (!together) return
  together.textContent = chosen.size > 0 ? `${words.sendTogether} (${chosen.size})` : words.sendTogether
  together.disabled = chosen.size === 0
}

const prepare = async ({ portal, record }: Shown, signer: Signer, documents: Documents): Promise<SignResult> =>
  signer.prepareEnvelope({ documents, proposal: await proposalOf(portal, record) })

const pdfName = (name: string): string => (/\.\w{2,5}$/.test(name) ? name : `${name}.pdf`)

type Documents = readonly [SignDocument, ...SignDocument[]]
/** What the person wants done with the documents. */
type Work = (signer: Signer, documents: Documents) => Promise<SignResult>

async function read(shown: Shown, files: readonly ItemFile[], work: Work): Promise<void> {
  const { status, words } = shown
  try {
    const documents: SignDocument[] = []
    for (const file of files) documents.push(await load(shown, file))
    const [first, ...more] = documents
    if (first) await act(shown, [first, ...more], work)
  } catch (error) {
    status.textContent = `${words.failed} ${(error as { code?: string }).code ?? 'INTERNAL'}`
  }
}

/** Fetches the document; where the portal's store does not let a page do that, the person brings the file. */
async function load(shown: Shown, file: ItemFile): Promise<SignDocument> {
  const { status, words, files } = shown
  const document = { id: file.id, name: pdfName(file.name) }
  status.textContent = words.fetching
  try {
    const { blob, version } = await files.read(file.id)
    return { ...document, blob, ...(version === undefined ? {} : { version }) }
  } catch (error) {
    if ((error as { code?: string }).code === 'HOST_CONFLICT') throw error
    return { ...document, blob: await askFile(shown, document.name), version: await files.version() }
  }
}

function askFile({ status, words, portal }: Shown, name: string): Promise<Blob> {
  const label = Object.assign(document.createElement('label'), {
    className: 'choose',
    textContent: `${words.choose} ${name}`,
  })
  const input = Object.assign(document.createElement('input'), { type: 'file' })
  label.append(input)
  status.replaceChildren(label)
  portal.fit()
  return new Promise((resolve) => {
    input.onchange = () => {
      const [blob] = input.files ?? []
      if (blob) resolve(blob)
    }
  })
}

function signerFor(shown: Shown, container: HTMLElement): Signer {
  return createSigner({
    src: new URL('./embed.html', new URL(SIGNER, document.baseURI)).href,
    container,
    locale: document.documentElement.lang,
    host: hostOf(shown),
  })
}

async function act(shown: Shown, documents: Documents, work: Work): Promise<void> {
  const { portal, words, panel, status } = shown
  status.textContent = ''
  panel.className = 'open'
  const signer = signerFor(shown, panel)
  portal.fit()
  try {
    const result = await work(signer, documents)
    if (result.status === 'envelope') {
      chosen.clear()
      // The new copy is in the record: drawing it anew tells the timeline what it says.
      await draw(shown)
      status.textContent = words.saved
    }
    if (result.status === 'signed') {
      await report(shown, `${words.signed} ${result.signature.signer}`, `${words.receipt} ${result.receipt.id}`)
      await draw(shown)
      status.textContent = words.saved
    }
    if (result.status === 'declined')
      await report(shown, `${words.declined}: ${documents[0].name}`, result.reason ?? '')
  } catch (error) {
    const { code = 'INTERNAL' } = error as { code?: string }
    status.textContent = `${words.failed} ${code}`
  } finally {
    signer.destroy()
    panel.className = ''
    portal.fit()
  }
}

function hostOf({ files, target }: Shown): HostPorts {
  return {
    loadDocument: ({ id }) => files.read(id),
    save: async ({ id }, saved, { ifVersion }) => {
      if (target === null) throw new CountersignError('HOST_SAVE_FAILED', 'no field for signed copies')
      // What is new, as an envelope over several documents is, continues nothing that somebody could have changed meanwhile.
      return files.write(id, target, saved, ifVersion || (await files.version()))
    },
  }
}

/** For the people of the record: a line in the timeline, and a notification to whoever is responsible. Neither undoes a signature. */
async function report({ portal, record }: Shown, title: string, text: string): Promise<void> {
  await note(portal, record, title, text)
  await notifyResponsible(portal, record, title)
}

start().catch((error: unknown) => {
  root.textContent = error instanceof Error ? error.message : 'failed'
})
