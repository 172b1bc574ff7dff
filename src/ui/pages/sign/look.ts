import { useCallback, useEffect, useMemo, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import type { SignOptions } from '../../../app/sign-documents.ts'
import type { SignatureAppearance, SignatureMark } from '../../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { hrefOf } from '../../routes.ts'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'
import { loadFont, loadHand } from './font.ts'
import { hasMark } from './look-default.ts'
import type { Look } from './look-default.ts'
import { placeFor } from './session.ts'
import type { SignSession } from './session.ts'

type Words = Readonly<{ i18n: I18n; card: KeyCard; options: SignOptions; look: Look; now: Date; fonts: Fonts }>
type Fonts = Readonly<{ font: Uint8Array; hand: Uint8Array }>

/** The words of the signature, in the signer's language, dated `now`. */
function worded({ i18n, card, options, look, now, fonts }: Words): SignatureAppearance {
  const name = nameOn(card)
  const { organization } = card.certificate.subject
  const date = i18n.dateTime(now)
  const details = [
    organization && organization !== name ? organization : '',
    date,
    options.reason?.trim() ?? '',
    options.location?.trim() ?? '',
  ].filter((line) => line !== '')
  const mark = hasMark(look) ? markOf(look, name, fonts.hand) : null
  return {
    template: look.template,
    name,
    details,
    ...(mark ? { mark } : {}),
    ...(look.code ? { qr: verifyLink(card) } : {}),
    alt: i18n.t('sign.appearanceAlt', { name, date }),
    font: fonts.font,
  }
}

/** A source that holds nothing yet gives way to the typed name. */
function markOf({ source, drawn, picture, typed }: Look, name: string, hand: Uint8Array): SignatureMark {
  const own = source === 'drawn' ? drawn : source === 'picture' ? picture : null
  return own ?? { kind: 'typed', text: typed?.trim() || name, font: hand }
}

/** The page where the document is verified, and half of the fingerprint that it must then show: short enough to be printed small. */
function verifyLink({ certificate }: KeyCard): string {
  const signer = certificate.fingerprint.toLowerCase().slice(0, 32)
  return new URL(`./${hrefOf('verify')}?signer=${signer}`, document.baseURI).href
}

const bothFonts = async (): Promise<Fonts> => {
  const [font, hand] = await Promise.all([loadFont(), loadHand()])
  return { font, hand }
}

/** The appearance to preview, and what to add to the options when the signature is made. */
export function useLook(session: SignSession, card: KeyCard | null) {
  const i18n = useI18n()
  const { clock } = useServices()
  const { options, look } = session
  const visible = placeFor(session).kind !== 'none'
  const [fonts, setFonts] = useState<Fonts | null>(null)
  useEffect(() => {
    if (!visible) return
    let current = true
    bothFonts()
      .then((loaded) => current && setFonts(loaded))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [visible])
  const preview = useMemo<SignatureAppearance | null>(
    () => (card && fonts && visible ? worded({ i18n, card, options, look, now: clock.now(), fonts }) : null),
    [i18n, card, options, look, clock, fonts, visible],
  )
  const finish = useCallback(async (): Promise<Partial<SignOptions>> => {
    if (!card || !visible) return {}
    return { appearance: worded({ i18n, card, options, look, now: clock.now(), fonts: await bothFonts() }) }
  }, [i18n, card, options, look, clock, visible])
  return { preview, finish }
}
