import { useEffect, useId, useRef, useState } from 'react'
import type { KeyCard } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

/** A .p12 from the company, or PEM: opened once, its key kept non-extractable, the password forgotten. */
export function ImportDialog({
  onClose,
  onImported,
}: {
  onClose: () => void
  onImported: (cards: readonly KeyCard[]) => void
}) {
  const i18n = useI18n()
  const id = useId()
  const announce = useAnnounce()
  const { imports } = useServices()
  const [file, setFile] = useState<File | null>(null)
  const [password, setPassword] = useState('')
  const [progress, setProgress] = useState<number | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const start = async () => {
    if (!file) return
    const controller = new AbortController()
    running.current = controller
    setRefusal(null)
    setProgress(0)
    try {
      const { keys } = await imports.importFile(file, password, { signal: controller.signal, onProgress: setProgress })
      announce(i18n.t('keyring.imported', { count: keys.length }))
      onImported(keys)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setProgress(null)
    }
  }
  const busy = progress !== null
  return (
    <FormDialog
      title={i18n.t('keyring.importFile')}
      act={i18n.t('keyring.importNow')}
      busy={busy}
      ready={file !== null}
      onClose={onClose}
      onCancel={() => running.current?.abort()}
      onSubmit={() => void start()}
    >
      <div className="field">
        <label htmlFor={`${id}-file`}>{i18n.t('keyring.importFileField')}</label>
        <input
          id={`${id}-file`}
          className="input"
          type="file"
          accept=".p12,.pfx,.pem,.key"
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{i18n.t('keyring.password')}</label>
        <input
          id={`${id}-password`}
          className="input"
          type="password"
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <p className="hint">{i18n.t('keyring.importMeans')}</p>
      {busy && (
        <label className="stack-tight small">
          {i18n.t('keyring.importing')}
          <progress value={progress} max={1} />
        </label>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
