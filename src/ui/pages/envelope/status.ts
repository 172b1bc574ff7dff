import { isAwaited } from '../../../app/take-beside.ts'
import type { EnvelopeView, SignatoryView } from '../../../core/envelope/view.ts'
import type { Tone } from '../../components/notice.tsx'
import type { IconName } from '../../components/icon.tsx'
import type { I18n } from '../../i18n/i18n.ts'

/** Where an envelope stands, in one sentence, and what happens next. */
export type Standing = Readonly<{ tone: Tone; title: string; meaning: string }>

/** Those whose signature is awaited now, in the order of the manifest. */
export const awaited = (view: EnvelopeView): readonly SignatoryView[] =>
  view.signatories.filter(({ signatory }) => view.state.turn.includes(signatory.id))

/** Those who sign, approve or give the visa. */
export const acting = (view: EnvelopeView): readonly SignatoryView[] =>
  view.signatories.filter(({ signatory }) => signatory.role !== 'copy')

export const doneCount = (view: EnvelopeView): number =>
  acting(view).filter(({ state }) => state.status === 'signed' || state.status === 'pending').length

export function standing(i18n: I18n, view: EnvelopeView): Standing {
  const { state, manifest } = view
  const names = i18n.list(awaited(view).map(({ name }) => name))
  if (view.enclosed.some(({ state: own, attached }) => own === 'changed' || (attached && own === 'missing'))) {
    return { tone: 'bad', title: i18n.t('envelope.is_otherDocument'), meaning: i18n.t('envelope.is_brokenMeans') }
  }
  if (view.cover === 'differs') {
    return { tone: 'bad', title: i18n.t('envelope.is_otherCover'), meaning: i18n.t('envelope.is_otherCoverMeans') }
  }
  const counts = { done: doneCount(view), total: acting(view).length }
  switch (state.status) {
    case 'complete':
      return completeStanding(i18n, view)
    case 'running':
      return {
        tone: 'idle',
        title: names === '' ? i18n.t('envelope.is_pending') : i18n.t('envelope.is_running', { names }),
        meaning: i18n.t('envelope.doneOf', counts),
      }
    case 'declined': {
      const who = view.signatories.find((one) => one.state.status === 'declined')
      return {
        tone: 'bad',
        title: i18n.t('envelope.is_declined', { name: who?.name ?? '' }),
        meaning: who?.state.reason ?? '',
      }
    }
    case 'closed':
      return {
        tone: 'warn',
        title: i18n.t('envelope.is_closed'),
        meaning: view.steps.findLast(({ kind }) => kind === 'closed')?.detail ?? '',
      }
    case 'expired':
      return {
        tone: 'warn',
        title: i18n.t('envelope.is_expired', { time: i18n.dateTime(manifest.deadline ?? '') }),
        meaning: i18n.t('envelope.doneOf', counts),
      }
    case 'broken':
      return { tone: 'bad', title: i18n.t('envelope.is_broken'), meaning: i18n.t('envelope.is_brokenMeans') }
  }
}

/** Green only when everybody is trusted here and no problem was found. */
function completeStanding(i18n: I18n, view: EnvelopeView): Standing {
  const title = i18n.t('envelope.is_complete', { count: acting(view).length })
  if (view.state.problems.length > 0) return { tone: 'warn', title, meaning: i18n.t('envelope.seeProblems') }
  if (isAwaited(view)) return { tone: 'warn', title, meaning: i18n.t('envelope.notAllDocuments') }
  const trusted = [view.preparer, ...view.signatories.flatMap(({ signature }) => signature ?? [])].every(
    ({ trust }) => trust === 'trusted',
  )
  return trusted
    ? { tone: 'good', title, meaning: i18n.t('envelope.allTrusted') }
    : { tone: 'warn', title, meaning: i18n.t('envelope.notAllTrusted') }
}

export type Place = 'turn' | 'waiting' | 'pending' | 'signed' | 'declined' | 'copy' | 'stopped'

export const PLACE_ICON: Readonly<Record<Place, IconName>> = {
  turn: 'pen',
  waiting: 'clock',
  pending: 'check',
  signed: 'check',
  declined: 'cross',
  copy: 'document',
  stopped: 'minus',
}

/** A person's own state; nobody waits for a turn in an envelope that has ended. */
export function placeOf(view: EnvelopeView, { signatory, state }: SignatoryView): Place {
  if (signatory.role === 'copy') return 'copy'
  const open = state.status === 'turn' || state.status === 'waiting'
  return open && view.state.status !== 'running' ? 'stopped' : state.status
}

/** Before the deadline, and still running: null when there is none or it is far. */
export function overdue(view: EnvelopeView, now: Date): boolean {
  const { deadline } = view.manifest
  const ended = view.state.status !== 'running' && view.state.status !== 'expired'
  return deadline !== undefined && !ended && Date.parse(deadline) < now.getTime()
}
