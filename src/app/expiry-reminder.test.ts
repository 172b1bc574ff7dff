import { expect, test } from 'vitest'
import type { KeyCard } from './manage-keys.ts'
import { expiryReminder } from './expiry-reminder.ts'

const TEXT = { summary: 'Сертифікат; Ольга, «Лаб» '.repeat(6), description: 'Renew it\nor ask for a new one \\ here' }
const NOW = new Date('2026-11-25T18:00:00Z')

const card = (notAfter: string): Pick<KeyCard, 'certificate' | 'label'> => ({
  label: 'Ольга: office',
  certificate: { notAfter: new Date(notAfter), fingerprint: 'AB12' } as KeyCard['certificate'],
})

async function lines(notAfter: string): Promise<readonly string[]> {
  const made = expiryReminder(card(notAfter), NOW, TEXT)
  if (!made) return []
  const raw = await made.blob.text()
  for (const line of raw.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75)
  expect(raw.endsWith('\r\n')).toBe(true)
  return raw.replaceAll('\r\n ', '').trimEnd().split('\r\n')
}
const values = (all: readonly string[], name: string): readonly string[] =>
  all.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length + 1))

test('two all-day entries, thirty and seven days before, folded and escaped', async () => {
  const all = await lines('2027-11-25T18:00:00Z')
  expect(values(all, 'DTSTART;VALUE=DATE')).toEqual(['20271026', '20271118'])
  expect(new Set(values(all, 'UID')).size).toBe(2)
  expect(values(all, 'SUMMARY')[0]).toBe(TEXT.summary.replaceAll(';', '\\;').replaceAll(',', '\\,'))
  expect(values(all, 'DESCRIPTION')[0]).toBe('Renew it\\nor ask for a new one \\\\ here')
  expect(values(all, 'BEGIN')).toEqual(['VCALENDAR', 'VEVENT', 'VALARM', 'VEVENT', 'VALARM'])
  expect(expiryReminder(card('2027-11-25T18:00:00Z'), NOW, TEXT)?.name).toBe('Ольга_ office.ics')
})

test('what is past is left out: one entry within a month, one today within a week, none when expired', async () => {
  expect(values(await lines('2026-12-15T00:00:00Z'), 'DTSTART;VALUE=DATE')).toEqual(['20261208'])
  expect(values(await lines('2026-11-28T00:00:00Z'), 'DTSTART;VALUE=DATE')).toEqual(['20261125'])
  expect(await lines('2026-11-25T17:59:59Z')).toEqual([])
})

test('the same certificate gives the same entries', async () => {
  expect(await lines('2027-11-25T18:00:00Z')).toEqual(await lines('2027-11-25T18:00:00Z'))
})
