// Envelopes in the deal: sent for signature to the people of the record, and told in the timeline from what the file itself says.
import { createSigner, type EnvelopeResult, type EnvelopeSummary, type Signer } from '../../src/host-sdk/index.ts'
import { panel, timeline, type Settings } from './deal.ts'
import { addressOf, shared } from './shared-files.ts'
import { addSent, allFiles, getFile, putFile, tellOnce, theDeal, type StoredFile, type TimelineEntry } from './store.ts'

/** The deal's client, its contacts and who is responsible: a CRM reads them from its record. */
const PROPOSAL = {
  title: 'Services agreement, office refit',
  message: 'Please sign by the end of the week.',
  preparer: { name: 'Anna Berg', email: 'anna.berg@northwind.example' },
  people: [
    {
      name: 'Ingrid Halvorsen',
      company: 'Halvorsen Interiors AS',
      emails: ['ingrid@halvorsen.example'],
      role: 'signer',
      kind: 'unqualified',
    },
    {
      name: 'Oleksandr Melnyk',
      company: 'Halvorsen Interiors AS',
      emails: ['o.melnyk@halvorsen.example', 'office@halvorsen.example'],
      role: 'signer',
      kind: 'unqualified',
    },
    { name: 'Anna Berg', company: 'Northwind Fit-out Ltd', emails: ['anna.berg@northwind.example'], role: 'visa' },
  ],
  bindings: [
    { name: 'DEAL_AMOUNT', label: 'Amount of the deal', suggestion: '€ 48,200.00' },
    { name: 'DEAL_NUMBER', label: 'Number of the deal', suggestion: '4182' },
  ],
  // Letters carry a link to the envelope in the file store, and nothing beside it.
  oneFile: true,
} as const

function signerFor(settings: Settings, given: readonly StoredFile[], container: Element): Signer {
  const { signer: origin, locale, theme } = settings
  return createSigner({
    src: `${origin}/embed.html`,
    container,
    locale,
    theme,
    host: {
      // What lies in the file store is the truth: somebody may have signed since this page was drawn.
      async loadDocument({ id }) {
        const file = given.find((one) => one.id === id)
        if (!file) throw Object.assign(new Error(`no file ${id}`), { code: 'HOST_LOAD_FAILED' })
        const { name, type, blob, version } = file
        const stored = file.shared ? await shared.read(file.shared) : null
        return { name, type, ...(stored ?? { blob, version }) }
      },
      async save({ id }, { blob, name, type }, { ifVersion, idempotencyKey: key }) {
        const there = await getFile(id)
        if (there?.keys.includes(key)) return { version: there.version }
        const file = { id, keys: [...(there?.keys ?? []), key], blob, name, type, signed: true }
        if (there?.shared) {
          const version = await shared.replace(there.shared, blob, ifVersion)
          await putFile({ ...there, ...file, name: there.name, version })
          return { version }
        }
        // A detached signature is the deal's own; an envelope goes to people outside.
        if (name.endsWith('.p7s')) {
          await putFile({ ...file, version: 'v1' })
          return { version: 'v1' }
        }
        const made = await shared.create(blob)
        await putFile({ ...file, version: made.version, shared: made.name })
        const holds = there ? [] : given.map((one) => one.id)
        for (const one of given) if (!there) await putFile({ ...one, sentIn: id })
        await addSent({ id, name, type, shared: made.name, holds })
        return { version: made.version }
      },
    },
  })
}

/** Has Anna turn files into an envelope, or act on one. */
async function act(
  settings: Settings,
  given: readonly StoredFile[],
  ask: (signer: Signer) => Promise<EnvelopeResult>,
): Promise<EnvelopeResult> {
  const signer = signerFor(settings, given, panel)
  signer.on('document-loaded', ({ sha256 }) => {
    const entry = entryOf('Envelope viewed', null, settings.user.name, 'step')
    if (!given[0]?.shared) return
    void tellOnce(`viewed/${settings.user.id}/${sha256}`, { entries: [entry] }).then((isNew) =>
      isNew ? timeline.draw() : undefined,
    )
  })
  try {
    return await ask(signer)
  } finally {
    signer.destroy()
  }
}

/** One PDF becomes the envelope itself; several documents, or any other kind, go together under a cover sheet. */
export const send = (settings: Settings, chosen: readonly StoredFile[]): Promise<EnvelopeResult> =>
  act(settings, chosen, (signer) =>
    signer.prepareEnvelope({ documents: chosen.map(({ id, name }) => ({ id, name })), proposal: PROPOSAL }),
  )

export const open = (settings: Settings, file: StoredFile): Promise<EnvelopeResult> =>
  act(settings, [file], (signer) => signer.openEnvelope({ document: { id: file.id, name: file.name } }))

const WORDS: Record<EnvelopeSummary['steps'][number]['kind'], string> = {
  prepared: 'Sent for signature by',
  signed: 'Signed by',
  declined: 'Declined by',
  delegated: 'Passed on by',
  closed: 'Withdrawn by',
  round: 'Sent again to',
  refused: 'An act against the rules, by',
  foreign: 'A change nobody can explain, by',
}

const entryOf = (
  text: string,
  time: string | null,
  detail = '',
  kind: TimelineEntry['kind'] = 'signed',
): TimelineEntry => ({ text, detail, time: time ?? new Date().toISOString(), kind })

/** Each step and letter once, whoever looked first: the file names them, and the deal remembers the names. */
async function tell({ id, steps, notices }: EnvelopeSummary): Promise<void> {
  for (const { key, kind, role, actor, time, detail, reached } of steps) {
    const text = `${role === 'visa' && kind === 'signed' ? 'Visa given by' : WORDS[kind]} ${actor}`
    const isBad = ['declined', 'foreign', 'refused'].includes(kind)
    const entries = [entryOf(text, time, detail ?? '', isBad ? 'error' : 'signed')]
    if (reached.includes('all-signed')) entries.push(entryOf('All have signed', time))
    if (reached.includes('complete')) entries.push(entryOf('Envelope complete', time))
    await tellOnce(`${id}/${key}`, { entries })
  }
  for (const { key, name, emails, subject, body } of notices) {
    await tellOnce(`${id}/letter/${key}`, { letters: [{ to: `${name} <${emails.join(', ')}>`, subject, body }] })
  }
}

/** What a colleague sent, in this browser as well. */
async function findSent(): Promise<boolean> {
  let found = false
  for (const { id, name, type, shared: at, holds } of (await theDeal()).sent) {
    const [here, stored] = [await getFile(id), await shared.read(at)]
    if (here?.shared === at || !stored) continue
    await putFile({ id, name, type, ...stored, keys: [], signed: true, shared: at })
    for (const held of holds) {
      const file = await getFile(held)
      if (file) await putFile({ ...file, sentIn: id })
    }
    found = true
  }
  return found
}

/**
 * Brings the deal up to what lies in the file store: the copy here, the timeline, the letters. Asked when the card is opened and
 * while it is open.
 *
 * @returns whether anything was new
 */
export async function reconcile(settings: Settings): Promise<boolean> {
  const { signer: origin, locale } = settings
  let reader: Signer | null = null
  let changed = await findSent()
  try {
    for (const file of await allFiles()) {
      const stored = file.shared ? await shared.read(file.shared) : null
      if (!stored || stored.version === file.told) continue
      reader ??= createSigner({ src: `${origin}/embed.html`, container: backstage(), locale })
      const address = addressOf(file.shared ?? '')
      const link = `${origin}/link.html#${new URLSearchParams({ src: address, dst: address, name: file.name }).toString()}&who={signatory}`
      const summary = await reader.readEnvelope(stored.blob, { name: file.name, link })
      if (summary) await tell(summary)
      const now = await getFile(file.id)
      if (now)
        await putFile({ ...now, ...stored, told: stored.version, ...(summary ? { envelope: standing(summary) } : {}) })
      changed = true
    }
  } finally {
    reader?.destroy()
  }
  return changed
}

/** The frame that only reads is nobody's to see. */
function backstage(): Element {
  const known = document.getElementById('backstage')
  if (known) return known
  const made = document.createElement('div')
  made.id = 'backstage'
  document.body.append(made)
  return made
}

const STANDING: Record<Exclude<EnvelopeSummary['status'], 'running'>, string> = {
  complete: 'Complete: all have signed',
  declined: 'Declined',
  closed: 'Withdrawn',
  expired: 'Not signed in time',
  broken: 'Changed against its rules',
}

function standing({ status, people, turn }: EnvelopeSummary): string {
  const names = people.filter(({ id }) => turn.includes(id)).map(({ name }) => name)
  const signed = people.filter((one) => ['signed', 'pending'].includes(one.status)).length
  const acting = people.filter(({ role }) => role !== 'copy').length
  return status === 'running' ? `${signed} of ${acting} signed, now ${names.join(', ')}` : STANDING[status]
}
