import './crm.css'
import './deal.css'
import { createSigner, type EnvelopeResult } from '../../src/host-sdk/index.ts'
import { panel, timeline, type Settings } from './deal.ts'
import { open, reconcile, send } from './envelopes.ts'
import { sign } from './sign-button.ts'
import { allFiles, getFile, putFile, tellOnce, theDeal, type Letter, type StoredFile } from './store.ts'

/** Whoever works at this computer: `?user=Name`. */
const colleague = (name: string) => ({ id: name.toLowerCase().replaceAll(' ', '.'), name })
const by = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T
const settings: Settings = {
  ...((await (await fetch('settings.json')).json()) as { signer: string }),
  user: colleague(new URLSearchParams(location.search).get('user') ?? 'Anna Berg'),
  locale: 'en',
  theme: { mode: 'light', accent: '#1f6feb' },
}

const SAMPLES = [
  ['contract', 'contract.pdf', 'application/pdf'],
  ['invoice', 'invoice.pdf', 'application/pdf'],
  ['offer', 'offer.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
] as const

async function firstVisit(): Promise<void> {
  await tellHistory()
  if ((await allFiles()).length > 0) return
  for (const [id, name, type] of SAMPLES) {
    const blob = new Blob([await (await fetch(name)).arrayBuffer()], { type })
    await putFile({ id, name, type, blob, version: 'v1', keys: [], signed: false })
  }
}

/** What the deal has seen so far; once, however many colleagues open it. */
async function tellHistory(): Promise<void> {
  const day = (ago: number, hour: number) =>
    new Date(new Date().setHours(hour, 12, 0, 0) - ago * 86_400_000).toISOString()
  const note = (text: string, detail: string, time: string) => ({ text, detail, time, kind: 'note' as const })
  const entries = [
    note('Deal created', 'From the web form', day(9, 9)),
    note('Call with Ingrid Halvorsen', 'Wants the second floor in January; sends measurements.', day(6, 14)),
    note('Offer sent', 'offer.docx', day(5, 16)),
    note('Stage changed to Contract', 'Anna Berg', day(1, 11)),
  ]
  await tellOnce('history', { entries })
}

function toast(text: string): void {
  by('toast').textContent = text
  setTimeout(() => by('toast').textContent === text && (by('toast').textContent = ''), 6000)
}

function openDrawer(title: string): void {
  by('drawer-title').textContent = title
  by('veil').hidden = false
}

function closeDrawer(): void {
  by('veil').hidden = true
  panel.replaceChildren()
}

/** The Sign button of the contract field and of the list. */
async function signFiles(chosen: StoredFile[]): Promise<void> {
  openDrawer(chosen.length === 1 ? `Sign ${chosen[0]?.name ?? ''}` : `Sign ${chosen.length} documents`)
  try {
    const result = await sign(
      chosen.map(({ id, name }) => ({ id, name })),
      settings,
    )
    if (result.status === 'signed') {
      await timeline.add('stored', undefined, `By ${result.signature.signer}, receipt ${result.receipt.id.slice(0, 8)}`)
      toast('Signed and stored in the deal')
    }
  } catch (error) {
    const { code, name } = error as { code?: string; name: string }
    if (name !== 'AbortError') toast(`Not signed: ${code ?? name}`)
  }
  closeDrawer()
  await draw()
}

const sendFiles = (chosen: StoredFile[]) =>
  envelope(
    `Send ${chosen.length === 1 ? (chosen[0]?.name ?? '') : `${chosen.length} documents`} for signature`,
    'Sent for signature',
    () => send(settings, chosen),
  )
const openEnvelope = (file: StoredFile) => envelope(file.name, 'Stored in the deal', () => open(settings, file))

/** Sends files for signature, or opens what was sent: the rest is told by the file. */
async function envelope(title: string, done: string, work: () => Promise<EnvelopeResult>): Promise<void> {
  openDrawer(title)
  try {
    const result = await work()
    if (result.status === 'envelope') {
      chosen.clear()
      toast(done)
    }
  } catch (error) {
    const { code, name } = error as { code?: string; name: string }
    if (name !== 'AbortError') toast(`Nothing was changed: ${code ?? name}`)
  }
  closeDrawer()
  await catchUp()
  await draw()
}

let catchingUp: Promise<unknown> = Promise.resolve()

/** One after the other: two readings at once would tell the same news to the same person in a mixed order. */
function catchUp(): Promise<unknown> {
  catchingUp = catchingUp
    .then(() => reconcile(settings))
    .then((changed) => (changed ? draw() : undefined))
    .catch(() => undefined)
  return catchingUp
}

async function verify(file: StoredFile): Promise<void> {
  openDrawer(`Verify ${file.name}`)
  const signer = createSigner({ src: `${settings.signer}/embed.html`, container: panel, ...settings })
  by('close').onclick = () => (signer.destroy(), closeDrawer())
  const { indication } = await signer.verify(file.blob, file.name)
  toast(`${file.name}: ${indication}`)
}

function save(file: StoredFile): void {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file.blob), download: file.name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}

function button(label: string, name: string, act: () => unknown): HTMLButtonElement {
  const one = Object.assign(document.createElement('button'), {
    type: 'button',
    className: 'plain',
    textContent: label,
  })
  one.setAttribute('aria-label', `${label} ${name}`)
  one.onclick = () => void act()
  return one
}

const size = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`)

/** Neither signed nor sent. */
const isWaiting = ({ signed, shared, sentIn }: StoredFile): boolean => !signed && !shared && !sentIn

/** Ids of files that are to be sent together. */
const chosen = new Set<string>()

function chooser({ id, name }: StoredFile, icon: HTMLElement): HTMLLabelElement {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: chosen.has(id) })
  box.ariaLabel = `Choose ${name}`
  box.onchange = () => {
    if (box.checked) chosen.add(id)
    else chosen.delete(id)
    drawChosen()
  }
  const label = Object.assign(document.createElement('label'), { className: 'choose' })
  label.append(box, icon)
  return label
}

function drawChosen(): void {
  const together = by<HTMLButtonElement>('send-chosen')
  together.disabled = chosen.size === 0
  together.textContent = chosen.size === 0 ? 'Send chosen' : `Send ${chosen.size} chosen`
}

function row(file: StoredFile): HTMLLIElement {
  const item = document.createElement('li')
  const icon = Object.assign(document.createElement('span'), {
    className: 'file-icon',
    textContent: (file.name.split('.').at(-1) ?? '').slice(0, 4).toUpperCase(),
  })
  icon.ariaHidden = 'true'
  const name = Object.assign(document.createElement('span'), { className: 'file-name' })
  const state = Object.assign(document.createElement('span'), {
    className: file.signed ? 'state signed' : 'muted',
    textContent: file.shared
      ? `${file.envelope ?? 'Sent for signature'} · ${size(file.blob.size)}`
      : `${file.sentIn ? 'In an envelope · ' : file.signed ? 'Signed · ' : ''}${size(file.blob.size)} · ${file.version}`,
  })
  name.append(file.name, state)
  const acts = Object.assign(document.createElement('span'), { className: 'acts' })
  acts.append(button('Download', file.name, () => save(file)))
  if (file.shared) acts.append(button('Open', file.name, () => openEnvelope(file)))
  else if (isWaiting(file)) {
    acts.append(button('Sign', file.name, () => signFiles([file])))
    if (file.type === 'application/pdf') acts.append(button('Send', file.name, () => sendFiles([file])))
  }
  if (file.signed) acts.append(button('Verify', file.name, () => verify(file)))
  item.append(isWaiting(file) ? chooser(file, icon) : icon, name, acts)
  return item
}

/** What the CRM would mail: here the letter is shown, and its link opens as it would for whoever gets it. */
function letter({ to, subject, body }: Letter): HTMLLIElement {
  const item = document.createElement('li')
  const more = document.createElement('details')
  const summary = Object.assign(document.createElement('summary'), { textContent: subject })
  const words = Object.assign(document.createElement('p'), { className: 'detail', textContent: body })
  more.append(summary, words)
  item.append(Object.assign(document.createElement('span'), { className: 'muted', textContent: `To ${to}` }), more)
  const href = /https?:\/\/\S+link\.html\S+/.exec(body)?.[0]
  if (href) {
    const link = Object.assign(document.createElement('a'), { href, textContent: 'Open its link', target: '_blank' })
    link.rel = 'noopener'
    item.append(link)
  }
  return item
}

async function draw(): Promise<void> {
  const all = await allFiles()
  const contract = await getFile('contract')
  /** The contract itself, or the envelope that it was sent in. */
  const carrier = contract?.sentIn ? await getFile(contract.sentIn) : contract
  by('documents').replaceChildren(...all.map(row))
  by('contract-name').textContent = contract?.name ?? ''
  by('contract-state').textContent =
    carrier?.envelope ?? (contract?.signed ? `Signed · ${contract.version}` : 'Waits for our signature')
  by('contract').dataset['signed'] = String(carrier?.signed ?? false)
  for (const id of ['sign', 'sign-all', 'send']) by<HTMLButtonElement>(id).disabled = false
  by('sign').textContent = carrier?.shared ? 'Open' : contract?.signed ? 'Sign again' : 'Sign'
  by('send').hidden = carrier?.signed ?? false
  drawChosen()
  const letters = (await theDeal()).letters.toReversed()
  by('letters').replaceChildren(...letters.map(letter))
  by('letters-card').hidden = letters.length === 0
  await timeline.draw()
}

by('sign').onclick = async () => {
  const contract = await getFile('contract')
  const carrier = contract?.sentIn ? await getFile(contract.sentIn) : contract
  if (carrier?.shared) await openEnvelope(carrier)
  else if (contract) await signFiles([contract])
}
by('send').onclick = async () => {
  const contract = await getFile('contract')
  if (contract) await sendFiles([contract])
}
by('send-chosen').onclick = async () => sendFiles((await allFiles()).filter(({ id }) => chosen.has(id)))
by('sign-all').onclick = async () => signFiles((await allFiles()).filter(isWaiting))
by('close').onclick = closeDrawer
by<HTMLInputElement>('add').onchange = async (event) => {
  const [file] = (event.target as HTMLInputElement).files ?? []
  if (!file) return
  const id = crypto.randomUUID()
  await putFile({ id, name: file.name, type: file.type, blob: file, version: 'v1', keys: [], signed: false })
  await draw()
}
by<HTMLSelectElement>('locale').onchange = (event) => (settings.locale = (event.target as HTMLSelectElement).value)
by('theme').onclick = () => {
  settings.theme.mode = settings.theme.mode === 'light' ? 'dark' : 'light'
  document.documentElement.dataset['theme'] = settings.theme.mode
  by('theme').ariaPressed = String(settings.theme.mode === 'dark')
}
addEventListener('files-changed', () => void draw())

await firstVisit()
await draw()
// While the card is open, what others did comes in by itself.
await catchUp()
addEventListener('focus', () => void catchUp())
setInterval(() => void catchUp(), 5000)
