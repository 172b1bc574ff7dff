// The Bitrix24 page: an ordinary host of the SDK. It holds the portal's token; the frame that it nests never sees it.
import { createSigner, CountersignError, type HostPorts, type SignDocument } from '../../host-sdk/index.ts'
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
  await draw({ portal, record, files, target, words, panel, status })
  portal.fit()
}

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
  list.append(...found.map((file) => rowOf(shown, file)))
  if (found.length === 0) status.textContent = words.none
  if (shown.target === null) status.textContent = words.noTarget
  root.replaceChildren(title, list, status, panel)
}

function rowOf(shown: Shown, file: ItemFile): HTMLElement {
  const { words } = shown
  const row = document.createElement('li')
  const name = Object.assign(document.createElement('span'), { textContent: file.name })
  name.append(Object.assign(document.createElement('small'), { textContent: file.fieldTitle }))
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words.sign })
  button.setAttribute('aria-label', `${words.sign} ${file.name}`)
  button.disabled = shown.target === null
  button.onclick = () => void read(shown, file)
  row.append(name, button)
  return row
}

const pdfName = (name: string): string => (/\.\w{2,5}$/.test(name) ? name : `${name}.pdf`)

/** Fetches the document; where the portal's store does not let a page do that, the person brings the file. */
async function read(shown: Shown, file: ItemFile): Promise<void> {
  const { status, words, files } = shown
  const document = { id: file.id, name: pdfName(file.name) }
  status.textContent = words.fetching
  try {
    const { blob, version } = await files.read(file.id)
    await sign(shown, { ...document, blob, ...(version === undefined ? {} : { version }) })
  } catch (error) {
    if ((error as { code?: string }).code === 'HOST_CONFLICT') status.textContent = `${words.failed} HOST_CONFLICT`
    else askFile(shown, document)
  }
}

function askFile(shown: Shown, document: SignDocument): void {
  const { status, words, files, portal } = shown
  const label = Object.assign(window.document.createElement('label'), {
    className: 'choose',
    textContent: words.choose,
  })
  const input = Object.assign(window.document.createElement('input'), { type: 'file' })
  input.onchange = async () => {
    const [blob] = input.files ?? []
    if (blob) await sign(shown, { ...document, blob, version: await files.version() })
  }
  label.append(input)
  status.replaceChildren(label)
  portal.fit()
}

async function sign(shown: Shown, document: SignDocument): Promise<void> {
  const { portal, words, panel, status } = shown
  status.textContent = ''
  panel.className = 'open'
  const signer = createSigner({
    src: new URL('./embed.html', new URL(SIGNER, window.document.baseURI)).href,
    container: panel,
    locale: window.document.documentElement.lang,
    host: hostOf(shown),
  })
  portal.fit()
  try {
    const result = await signer.sign({ documents: [document] })
    if (result.status === 'signed') {
      await report(shown, `${words.signed} ${result.signature.signer}`, `${words.receipt} ${result.receipt.id}`)
      await draw(shown)
      status.textContent = words.saved
    }
    if (result.status === 'declined') await report(shown, `${words.declined}: ${document.name}`, result.reason ?? '')
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
    save: ({ id }, document, { ifVersion }) => {
      if (target === null) throw new CountersignError('HOST_SAVE_FAILED', 'no field for signed copies')
      return files.write(id, target, document, ifVersion)
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
