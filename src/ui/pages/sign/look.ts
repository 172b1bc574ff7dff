import { useCallback, useEffect, useMemo, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import type { SignOptions } from '../../../app/sign-documents.ts'
import type { SignatureAppearance } from '../../../core/pdf/appearance/appearance.ts'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'
import { loadFont } from './font.ts'
import type { Look } from './look-default.ts'
import { placeFor } from './session.ts'
import type { SignSession } from './session.ts'

type Words = Readonly<{ i18n: I18n; card: KeyCard; options: SignOptions; look: Look; now: Date }>

/** The words of the signature, in the signer's language, dated `now`. */
function worded({ i18n, card, options, look, now }: Words): Omit<SignatureAppearance, 'font'> {
  const name = nameOn(card)
  const { organization } = card.certificate.subject
  const date = i18n.dateTime(now)
  const details = [
    organization && organization !== name ? organization : '',
    date,
    options.reason?.trim() ?? '',
    options.location?.trim() ?? '',
  ].filter((line) => line !== '')
  const needsMark = look.template === 'mark' || look.template === 'mark-and-text'
  return {
    template: needsMark && !look.mark ? 'text' : look.template,
    name,
    details,
    ...(needsMark && look.mark ? { mark: look.mark } : {}),
    alt: i18n.t('sign.appearanceAlt', { name, date }),
  }
}

/** The appearance to preview, and what to add to the options when the signature is made. */
export function useLook(session: SignSession, card: KeyCard | null) {
  const i18n = useI18n()
  const { clock } = useServices()
  const { options, look } = session
  const visible = placeFor(session).kind !== 'none'
  const [bytes, setBytes] = useState<Uint8Array | null>(null)
  useEffect(() => {
    if (!visible) return
    let current = true
    loadFont()
      .then((loaded) => current && setBytes(loaded))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [visible])
  const preview = useMemo<SignatureAppearance | null>(
    () =>
      card && bytes && visible ? { ...worded({ i18n, card, options, look, now: clock.now() }), font: bytes } : null,
    [i18n, card, options, look, clock, bytes, visible],
  )
  const finish = useCallback(async (): Promise<Partial<SignOptions>> => {
    if (!card || !visible) return {}
    const loaded = await loadFont()
    return { appearance: { ...worded({ i18n, card, options, look, now: clock.now() }), font: loaded } }
  }, [i18n, card, options, look, clock, visible])
  return { preview, finish }
}
