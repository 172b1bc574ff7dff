import { itemFiles } from './item-files.ts'
import type { Portal } from './portal.ts'
import { PLACEMENTS } from './record.ts'
import { wordsOf } from './words.ts'

/** Application option, followed by the type's number: the file field that signed copies of such records go to. */
export const TARGET_OPTION = 'countersign.target.'
const DEAL = 2

/** The app's own page: binds the placements and chooses where signed copies go. */
export async function drawInstall(root: HTMLElement, portal: Portal): Promise<void> {
  const words = wordsOf(portal.language)
  const title = Object.assign(document.createElement('h1'), { textContent: words.install })
  const means = Object.assign(document.createElement('p'), { textContent: words.installMeans })
  root.replaceChildren(title, means)
  if (!portal.isAdmin) {
    means.textContent = words.adminOnly
    return
  }
  const placements = PLACEMENTS.map((name) => {
    const box = Object.assign(document.createElement('input'), {
      type: 'checkbox',
      name,
      checked: name.startsWith('CRM_DEAL'),
    })
    const label = document.createElement('label')
    label.append(box, ` ${name}`)
    return { name, box, label }
  })
  const deal = { entityTypeId: DEAL, id: 0, ownerType: 'deal' }
  const files = itemFiles(
    (method, params) => portal.call(method, params),
    deal,
    () => Promise.reject(new Error()),
  )
  const fields = await files.fields()
  const select = Object.assign(document.createElement('select'), { id: 'target', ariaLabel: words.target })
  select.append(...fields.map(({ name, title: text }) => new Option(text, name)), new Option(words.create, ''))
  const wanted = portal.option(`${TARGET_OPTION}${DEAL}`)
  if (wanted && fields.some(({ name }) => name === wanted)) select.value = wanted
  const targetLabel = Object.assign(document.createElement('label'), { textContent: words.target, htmlFor: 'target' })
  const status = Object.assign(document.createElement('p'), { role: 'status' })
  const finish = Object.assign(document.createElement('button'), { type: 'button', textContent: words.finish })
  finish.onclick = async () => {
    finish.disabled = true
    try {
      const chosen = placements.filter(({ box }) => box.checked).map(({ name }) => name)
      await bind(portal, chosen)
      await portal.setOption(`${TARGET_OPTION}${DEAL}`, select.value || (await createField(portal, words.create)))
      await portal.finishInstall()
      status.textContent = '✓'
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : 'failed'
      finish.disabled = false
    }
  }
  root.append(...placements.map(({ label }) => label), targetLabel, select, finish, status)
  portal.fit()
}

/** Binding twice is refused by the portal: what is bound already stays. */
async function bind(portal: Portal, placements: readonly string[]): Promise<void> {
  const HANDLER = new URL('./bitrix24.html', document.baseURI).href
  const there = (await portal.call('placement.get').catch(() => [])) as { placement?: string; handler?: string }[]
  for (const PLACEMENT of placements) {
    if (there.some(({ placement, handler }) => placement === PLACEMENT && handler === HANDLER)) continue
    await portal.call('placement.bind', {
      PLACEMENT,
      HANDLER,
      LANG_ALL: { en: { TITLE: 'Sign' }, ru: { TITLE: 'Подписать' }, ua: { TITLE: 'Підписати' } },
    })
  }
}

/** A multiple field: signed copies stand beside each other and none replaces another. @returns its name in `crm.item` */
async function createField(portal: Portal, label: string): Promise<string> {
  await portal.call('crm.deal.userfield.add', {
    fields: { FIELD_NAME: 'CS_SIGNED', USER_TYPE_ID: 'file', MULTIPLE: 'Y', EDIT_FORM_LABEL: label },
  })
  return 'ufCrmCsSigned'
}
