/** The ways that writers have turned a password into octets. RFC 7292, B.1; RFC 8018, 3. */
import { concatBytes, fromLatin1, latin1, toHex, utf8 } from '../bytes/bytes.ts'

export type PasswordForm = Readonly<{
  /** For the MAC and PBES1: BMPString with a final 00 00. */
  bmp: Uint8Array
  /** For PBES2 and PBMAC1. */
  octets: Uint8Array
}>

function bmp(text: string): Uint8Array {
  const out = new Uint8Array(2 * text.length + 2)
  for (let i = 0; i < text.length; i++) out.set([text.charCodeAt(i) >> 8, text.charCodeAt(i) & 0xff], 2 * i)
  return out
}

/** The right form first, then those of writers that got it wrong; without doubles. */
export function passwordForms(password: string): readonly PasswordForm[] {
  const forms: PasswordForm[] = [{ bmp: bmp(password), octets: utf8(password) }]
  // "" is written both as 00 00 and as nothing at all.
  if (password === '') forms.push({ bmp: new Uint8Array(0), octets: new Uint8Array(0) })
  for (const form of ['NFC', 'NFD'] as const) {
    const text = password.normalize(form)
    forms.push({ bmp: bmp(text), octets: utf8(text) })
  }
  // OpenSSL before 1.1 widened the octets of the terminal's encoding, one by one.
  forms.push({ bmp: bmp(fromLatin1(utf8(password))), octets: utf8(password) })
  if (Array.from(password).every((character) => character <= '\u00ff'))
    forms.push({ bmp: bmp(password), octets: latin1(password) })
  const seen = new Set<string>()
  return forms.filter((form) => {
    const key = toHex(concatBytes([form.bmp, Uint8Array.of(1), form.octets]))
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
