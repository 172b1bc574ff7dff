// The Bitrix24 page: an ordinary host of the SDK. It holds the portal's token; the frame that it nests never sees it.
import { createSigner, CountersignError, type HostPorts } from '../../host-sdk/index.ts'
import { drawInstall, TARGET_OPTION } from './install.ts'
import { itemFiles, type ItemFile, type ItemFiles } from './item-files.ts'
import { openPortal, type Portal } from './portal.ts'
import { recordOf, type CrmRecord } from './record.ts'
import { wordsOf } from './words.ts'
import './page.css'

const main = document.getElementById('main')
if (!main) throw new Error('bitrix24.html has no #main')
const root = main

type Shown = Readonly<{ portal: Portal; record: CrmRecord; files: ItemFiles; target: string | null }>

/** The address carries a token: it is fetched without a referrer and never logged. */
async function fetchBlob(url: string): Promise<Blob> {
  const response = await fetch(url, { referrerPolicy: 'no-referrer', credentials: 'omit' })
  if (!response.ok) throw new CountersignError('HOST_LOAD_FAILED', `HTTP ${response.status}`)
  return response.blob()
}

async function start(): Promise<void> {
  const portal = await openPortal()
  document.documentElement.lang = portal.language === 'ua' ? 'uk' : portal.language
  if (portal.installing || portal.placement === 'DEFAULT') return drawInstall(root, portal)
  const record = recordOf(portal.placement, portal.options)
  if (!record) {
    root.textContent = wordsOf(portal.language).noRecord
    return
  }
  const files = itemFiles((method, params) => portal.call(method, params), record, fetchBlob)
  const target = portal.option(`${TARGET_OPTION}${record.entityTypeId}`)
  await draw({ portal, record, files, target })
  portal.fit()
}

async function draw(shown: Shown): Promise<void> {
  const words = wordsOf(shown.portal.language)
  const title = Object.assign(document.createElement('h1'), { textContent: words.title })
  const list = Object.assign(document.createElement('ul'), { className: 'files' })
  const panel = Object.assign(document.createElement('div'), { id: 'signer' })
  const status = Object.assign(document.createElement('p'), { id: 'status', role: 'status' })
  const found = await shown.files.list()
  list.append(...found.map((file) => rowOf(shown, file, panel, status)))
  if (found.length === 0) status.textContent = words.none
  if (shown.target === null) status.textContent = words.noTarget
  root.replaceChildren(title, list, status, panel)
}

function rowOf(shown: Shown, file: ItemFile, panel: HTMLElement, status: HTMLElement): HTMLElement {
  const words = wordsOf(shown.portal.language)
  const row = document.createElement('li')
  const name = Object.assign(document.createElement('span'), { textContent: file.name })
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: words.sign })
  button.setAttribute('aria-label', `${words.sign} ${file.name}`)
  button.disabled = shown.target === null
  button.onclick = () => void sign(shown, file, panel, status)
  row.append(name, button)
  return row
}

async function sign(shown: Shown, file: ItemFile, panel: HTMLElement, status: HTMLElement): Promise<void> {
  const { portal } = shown
  const words = wordsOf(portal.language)
  status.textContent = ''
  panel.className = 'open'
  const signer = createSigner({
    src: new URL('./embed.html', document.baseURI).href,
    container: panel,
    locale: document.documentElement.lang,
    host: hostOf(shown),
  })
  portal.fit()
  try {
    const result = await signer.sign({ documents: [{ id: file.id, name: pdfName(file.name) }] })
    if (result.status === 'signed') {
      await report(shown, `${words.signed} ${result.signature.signer}`, result.receipt.id)
      status.textContent = words.saved
    }
    if (result.status === 'declined') await report(shown, `${words.failed}: ${result.reason ?? ''}`, '')
  } catch (error) {
    const { code = 'INTERNAL' } = error as { code?: string }
    status.textContent = `${words.failed}: ${code}`
  } finally {
    signer.destroy()
    panel.className = ''
    portal.fit()
  }
}

const pdfName = (name: string): string => (/\.\w{2,5}$/.test(name) ? name : `${name}.pdf`)

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
async function report({ portal, record }: Shown, title: string, receipt: string): Promise<void> {
  const { entityTypeId, id: entityId } = record
  const text = receipt ? `Receipt ${receipt}` : ''
  await portal
    .call('crm.timeline.logmessage.add', { fields: { entityTypeId, entityId, title, text, iconCode: 'info' } })
    .catch(() => undefined)
  const answer = (await portal.call('crm.item.get', { entityTypeId, id: entityId }).catch(() => null)) as {
    item?: { assignedById?: number }
  } | null
  const USER_ID = answer?.item?.assignedById
  if (USER_ID) await portal.call('im.notify.personal.add', { USER_ID, MESSAGE: title }).catch(() => undefined)
}

start().catch((error: unknown) => {
  root.textContent = error instanceof Error ? error.message : 'failed'
})
