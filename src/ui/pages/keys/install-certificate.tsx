import { useRef, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'

/** Takes a CA's answer; which key it belongs to is found by the key in it. */
export function InstallCertificate({ onInstalled }: { onInstalled: (card: KeyCard) => void }) {
  const i18n = useI18n()
  const announce = useAnnounce()
  const { requests } = useServices()
  const input = useRef<HTMLInputElement>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const install = async (file: File) => {
    setRefusal(null)
    try {
      const card = await requests.install(file)
      announce(i18n.t('keyring.installed', { name: nameOn(card) }))
      onInstalled(card)
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <>
      <button type="button" className="button small" onClick={() => input.current?.click()}>
        {i18n.t('keyring.installCertificate')}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".pem,.crt,.cer,.der,.p7b,.p7c"
        aria-label={i18n.t('keyring.installCertificate')}
        onChange={(event) => {
          const [file] = event.target.files ?? []
          event.target.value = ''
          if (file) void install(file)
        }}
      />
      {refusal && <RefusalNotice refusal={refusal} />}
    </>
  )
}
