import { itemFiles } from './item-files.ts'
import type { Portal } from './portal.ts'
import { placementOf, PLACES, recordTypes, type Place, type RecordType } from './record.ts'
import { wordsOf, type Words } from './words.ts'

/** Application option, followed by the type's number: the file field that signed copies of such records go to. */
export const TARGET_OPTION = 'countersign.target.'
const DEAL = 2

type Choice = Readonly<{
  type: RecordType
  places: () => readonly Place[]
  /** Name of the chosen field; '' asks for a new one. */
  target: () => string
  section: HTMLElement
}>

/** The app's own page: binds the placements and chooses where signed copies go, for each kind of record. */
export async function drawInstall(root: HTMLElement, portal: Portal): Promise<void> {
  const words = wordsOf(portal.language)
  const title = Object.assign(document.createElement('h1'), { textContent: words.install })
  const means = Object.assign(document.createElement('p'), { textContent: words.installMeans })
  root.replaceChildren(title, means)
  if (!portal.isAdmin) {
    means.textContent = words.adminOnly
    return
  }
  const types = recordTypes(words.types, await portal.call('crm.type.list').catch(() => null))
  const bound = await boundPlacements(portal)
  const choices = await Promise.all(types.map((type) => drawChoice(portal, words, type, bound)))
  const status = Object.assign(document.createElement('p'), { id: 'status', role: 'status' })
  const finish = Object.assign(document.createElement('button'), { type: 'button', textContent: words.finish })
  finish.className = 'primary'
  finish.onclick = async () => {
    finish.disabled = true
    status.textContent = words.working
    try {
      for (const choice of choices) await settle(portal, words, choice, bound)
      await portal.finishInstall()
      status.textContent = words.installed
    } catch (error) {
      const { code = 'INTERNAL', message = '' } = error as { code?: string; message?: string }
      status.textContent = `${words.notInstalled} ${code} ${message}`
    } finally {
      finish.disabled = false
    }
  }
  root.append(...choices.map(({ section }) => section), finish, status)
  portal.fit()
}

/** A kind of record: where the app stands in it, and the field; the field is asked of the portal when it is first needed. */
async function drawChoice(portal: Portal, words: Words, type: RecordType, bound: ReadonlySet<string>): Promise<Choice> {
  const section = Object.assign(document.createElement('fieldset'), { className: 'type' })
  const select = Object.assign(document.createElement('select'), { id: `target-${type.entityTypeId}` })
  const label = Object.assign(document.createElement('label'), {
    className: 'target',
    htmlFor: select.id,
    textContent: words.target,
  })
  const row = Object.assign(document.createElement('div'), { className: 'places' })
  const first = bound.size === 0 && type.entityTypeId === DEAL
  const boxes = PLACES.map((place) => {
    const name = placementOf(type, place)
    const box = Object.assign(document.createElement('input'), {
      type: 'checkbox',
      name,
      checked: first || bound.has(name),
    })
    const text = document.createElement('label')
    text.append(box, words.places[place])
    row.append(text)
    return { place, box }
  })
  section.append(Object.assign(document.createElement('legend'), { textContent: type.title }), row, label, select)
  let filled: Promise<void> | null = null
  const show = async (): Promise<void> => {
    const isUsed = boxes.some(({ box }) => box.checked)
    label.hidden = select.hidden = !isUsed
    if (isUsed) await (filled ??= fillFields(portal, words, type, select))
    portal.fit()
  }
  for (const { box } of boxes) box.onchange = () => void show()
  await show()
  return {
    type,
    section,
    places: () => boxes.filter(({ box }) => box.checked).map(({ place }) => place),
    target: () => select.value,
  }
}

const fileFields = (portal: Portal, { entityTypeId }: RecordType) =>
  itemFiles(
    (method, params) => portal.call(method, params),
    { entityTypeId, id: 0 },
    () => Promise.reject(new Error()),
  ).fields()

async function fillFields(portal: Portal, words: Words, type: RecordType, select: HTMLSelectElement): Promise<void> {
  const fields = await fileFields(portal, type).catch(() => [])
  select.append(...fields.map(({ name, title }) => new Option(title, name)), new Option(words.create, ''))
  const wanted = portal.option(`${TARGET_OPTION}${type.entityTypeId}`)
  select.value = fields.some(({ name }) => name === wanted) ? (wanted ?? '') : ''
}

/** `placement handler`, of what is bound already: binding twice is refused by the portal. */
async function boundPlacements(portal: Portal): Promise<Set<string>> {
  const there = (await portal.call('placement.get').catch(() => [])) as { placement?: string; handler?: string }[]
  return new Set(
    there.flatMap(({ placement, handler }) => (placement !== undefined && handler === handlerUrl() ? [placement] : [])),
  )
}

/** This very page, wherever it is served from: our own host, or the portal's store of archives. */
const handlerUrl = (): string => location.origin + location.pathname

async function settle(portal: Portal, words: Words, choice: Choice, bound: Set<string>): Promise<void> {
  const { type } = choice
  const wanted = new Set(choice.places().map((place) => placementOf(type, place)))
  const HANDLER = handlerUrl()
  for (const place of PLACES) {
    const PLACEMENT = placementOf(type, place)
    if (wanted.has(PLACEMENT) === bound.has(PLACEMENT)) continue
    if (wanted.has(PLACEMENT)) {
      await portal.call('placement.bind', { PLACEMENT, HANDLER, LANG_ALL: TITLES })
      bound.add(PLACEMENT)
    } else {
      await portal.call('placement.unbind', { PLACEMENT, HANDLER })
      bound.delete(PLACEMENT)
    }
  }
  if (wanted.size === 0) return
  const target = choice.target() || (await createField(portal, words, type))
  await portal.setOption(`${TARGET_OPTION}${type.entityTypeId}`, target)
}

const TITLES = { en: { TITLE: 'Sign' }, ru: { TITLE: 'Подписать' }, ua: { TITLE: 'Підписати' } }

/**
 * A multiple field: signed copies stand beside each other and none replaces another. Scope `userfieldconfig`.
 *
 * @returns its name in `crm.item`, which the portal makes up by rules of its own: it is the one that was not there before
 */
async function createField(portal: Portal, words: Words, type: RecordType): Promise<string> {
  const before = await fileFields(portal, type)
  const { fieldsOf: entityId } = type
  await portal.call('userfieldconfig.add', {
    moduleId: 'crm',
    field: {
      entityId,
      fieldName: `UF_${entityId}_CS_SIGNED`,
      userTypeId: 'file',
      multiple: 'Y',
      editFormLabel: { en: words.field, ru: words.field, ua: words.field },
    },
  })
  const made = (await fileFields(portal, type)).find(({ name }) => !before.some((field) => field.name === name))
  if (!made) throw new Error('the portal made no field')
  return made.name
}
