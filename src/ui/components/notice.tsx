import type { ReactNode } from 'react'
import type { Refusal } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { Icon } from './icon.tsx'
import type { IconName } from './icon.tsx'

/** `good` only when everything holds; the words always say what the colour says. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle'

export const TONE_ICON: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  warn: 'alert',
  bad: 'cross',
  idle: 'info',
}

type Props = Readonly<{ tone: Tone; title?: ReactNode; children?: ReactNode; role?: 'alert' | undefined }>

export function Notice({ tone, title, children, role }: Props) {
  return (
    <div className={`notice ${tone}`} role={role}>
      <Icon name={TONE_ICON[tone]} />
      <div className="body">
        {title && <p className="title">{title}</p>}
        {children}
      </div>
    </div>
  )
}

/** What happened, what it means for the document, what to do next; the code small at the end. */
export function RefusalNotice({
  refusal,
  tone = 'bad',
  children,
}: {
  refusal: Refusal
  tone?: Tone
  children?: ReactNode
}) {
  const i18n = useI18n()
  const text = i18n.lookup('errors', refusal.code, displayable(refusal.details)) ?? i18n.t('errors.INTERNAL')
  const [first = text, ...rest] = text.split('\n')
  const { field, allowed } = refusal.details
  return (
    <Notice tone={tone} title={first} role={tone === 'bad' ? 'alert' : undefined}>
      {rest.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {typeof field === 'string' && field !== '' && <p>{i18n.t('common.refusedField', { field })}</p>}
      {typeof allowed === 'string' && allowed !== '' && <p>{i18n.t('common.refusedAllowed', { allowed })}</p>}
      {children}
      <p className="code" title={refusal.message}>
        {refusal.code}
      </p>
    </Notice>
  )
}

function displayable(details: Refusal['details']): Record<string, string | number> {
  const shown: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(details)) shown[name] = typeof value === 'boolean' ? String(value) : value
  return shown
}
