import { useId, useState } from 'react'
import type { BackupSummary } from '../../../app/key-backups.ts'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { Dialog } from '../../components/dialog.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { nameOn } from '../../use-keys.ts'

type Props = Readonly<{ onClose: () => void; onRestored: (card: KeyCard) => void }>

/** A backup file comes back as a key of this browser, with a passkey or with the code on paper. */
export function RestoreDialog({ onClose, onRestored }: Props) {
  const i18n = useI18n()
  const id = useId()
  const announce = useAnnounce()
  const { backups } = useServices()
  const [chosen, setChosen] = useState<{ file: File; summary: BackupSummary } | null>(null)
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)

  const attempt = async (work: () => Promise<KeyCard | null>) => {
    setRefusal(null)
    setBusy(true)
    try {
      const card = await work()
      if (!card) return
      announce(i18n.t('keyring.restored', { name: nameOn(card) }))
      onRestored(card)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }
  const pick = (file: File) =>
    attempt(async () => {
      setChosen(null)
      setChosen({ file, summary: await backups.inspect(file) })
      return null
    })
  const signal = () => new AbortController().signal

  return (
    <Dialog title={i18n.t('keyring.restore')} onClose={busy ? undefined : onClose}>
      <div className="stack">
        <div className="field">
          <label htmlFor={`${id}-file`}>{i18n.t('keyring.restoreFile')}</label>
          <input
            id={`${id}-file`}
            className="input"
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              const [file] = event.target.files ?? []
              if (file) void pick(file)
            }}
          />
          {chosen && (
            <p className="hint">
              {i18n.t('keyring.restoreOf', {
                label: chosen.summary.label,
                time: i18n.dateTime(chosen.summary.createdAt),
              })}
            </p>
          )}
        </div>
        {chosen && chosen.summary.passkeys > 0 && (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => void attempt(() => backups.restoreWithPasskey(chosen.file, signal()))}
          >
            {i18n.t('keyring.restorePasskey')}
          </button>
        )}
        {chosen && chosen.summary.recoveryCodes > 0 && (
          <form
            className="stack-tight"
            onSubmit={(event) => {
              event.preventDefault()
              void attempt(() => backups.restoreWithCode(chosen.file, code, signal()))
            }}
          >
            <div className="field">
              <label htmlFor={`${id}-code`}>{i18n.t('keyring.recoveryCode')}</label>
              <input
                id={`${id}-code`}
                className="input mono"
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                placeholder="XXXXX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX"
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </div>
            <button type="submit" className="button" disabled={busy || code.trim() === ''}>
              {i18n.t('keyring.restoreCode')}
            </button>
          </form>
        )}
        {refusal && <RefusalNotice refusal={refusal} />}
      </div>
    </Dialog>
  )
}
