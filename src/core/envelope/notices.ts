/** Ready texts of letters and timeline entries: derived from the file, sent by the host. */
import type { EnvelopeLanguage } from './manifest.ts'
import type { EnvelopeView } from './view.ts'

/** Why somebody is told: his turn, a reminder, something ended. */
export type NoticeKind = 'turn' | 'reminder' | 'signed' | 'declined' | 'delegated' | 'closed' | 'round' | 'complete'

/**
 * Texts with placeholders: {title} {name} {actor} {preparer} {deadline} {reason} {link} {message}. A line whose only placeholder is empty
 * is left out.
 */
export type NoticeTemplate = Readonly<{ subject: string; body: string }>
export type NoticeTemplates = Readonly<Record<NoticeKind, NoticeTemplate>>

export type Notice = Readonly<{
  /** Unique within the envelope and the same on every machine: send each (envelope, key) once. */
  key: string
  kind: NoticeKind
  /** Id of the signatory it is for; null: the preparer. */
  signatory: string | null
  name: string
  emails: readonly string[]
  subject: string
  body: string
}>

export type NoticeOptions = Readonly<{
  /** The link for this person; '' where there is none (the file goes as an attachment). */
  link: (signatory: string | null) => string
  /** Overrides of the manifest's language and of single texts. */
  language?: EnvelopeLanguage
  templates?: Partial<NoticeTemplates>
}>

export type { EnvelopeView }
