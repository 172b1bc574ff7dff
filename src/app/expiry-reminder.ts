import { utf8 } from '../core/bytes/bytes.ts'
import type { SignedFile } from '../core/formats/format.ts'
import type { KeyCard } from './manage-keys.ts'
import { safeName } from './name-files.ts'

/** What the calendar shows, in the person's language. */
export type ReminderText = Readonly<{ summary: string; description: string }>

const DAY = 24 * 3600 * 1000
/** The first leaves time to have a certificate issued; the second is the last call. */
const DAYS_BEFORE = [30, 7]

/**
 * Two all-day entries before a certificate expires, for any calendar: iCalendar, RFC 5545. Those that lie in the past are left out; a
 * certificate that expires sooner gets one entry today. The same certificate gives the same UIDs, so that importing twice doubles nothing.
 *
 * @returns null for a certificate that has expired
 */
export function expiryReminder(
  { certificate, label }: Pick<KeyCard, 'certificate' | 'label'>,
  now: Date,
  { summary, description }: ReminderText,
): SignedFile | null {
  const left = certificate.notAfter.getTime() - now.getTime()
  if (left <= 0) return null
  const ahead = DAYS_BEFORE.filter((days) => days * DAY < left)
  const events = (ahead.length > 0 ? ahead : [left / DAY]).flatMap((days) => {
    const day = new Date(certificate.notAfter.getTime() - days * DAY)
    return [
      'BEGIN:VEVENT',
      `UID:${certificate.fingerprint.toLowerCase()}-${Math.ceil(days)}@countersign`,
      `DTSTAMP:${stamp(now)}Z`,
      `DTSTART;VALUE=DATE:${stamp(day).slice(0, 8)}`,
      `SUMMARY:${escaped(summary)}`,
      `DESCRIPTION:${escaped(description)}`,
      'TRANSP:TRANSPARENT',
      'BEGIN:VALARM',
      'ACTION:DISPLAY',
      `DESCRIPTION:${escaped(summary)}`,
      // Nine in the morning of that day.
      'TRIGGER:PT9H',
      'END:VALARM',
      'END:VEVENT',
    ]
  })
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Countersign//Certificates//EN',
    ...events,
    'END:VCALENDAR',
  ]
  const text = lines.map((line) => `${folded(line)}\r\n`).join('')
  return { name: `${safeName(label)}.ics`, blob: new Blob([text], { type: 'text/calendar' }), type: 'text/calendar' }
}

/** 20261125T180000 */
const stamp = (time: Date): string => time.toISOString().replace(/[-:]|\..*/g, '')

/** RFC 5545, 3.3.11. */
const escaped = (text: string): string =>
  text.replaceAll(/[\\;,]/g, (special) => `\\${special}`).replaceAll(/\r\n?|\n/g, String.raw`\n`)

/** RFC 5545, 3.1: lines of at most 75 octets, no character cut. */
function folded(line: string): string {
  let text = ''
  let octets = 0
  for (const character of line) {
    const { length } = utf8(character)
    if (octets + length > 75) {
      text += '\r\n '
      octets = 1
    }
    text += character
    octets += length
  }
  return text
}
