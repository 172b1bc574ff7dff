import { useId, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { YearsField } from '../../components/years-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

const YEARS = [5, 10, 20] as const

/** P-384 for a key that has to last; its certificate may sign certificates and lists, and nothing else. */
export function NewAuthorityDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const i18n = useI18n()
  const id = useId()
  const { companyCa } = useServices()
  const [name, setName] = useState('')
  const [organization, setOrganization] = useState('')
  const [years, setYears] = useState<number>(10)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const create = async () => {
    setBusy(true)
    setRefusal(null)
    const subject = { commonName: name.trim(), ...(organization.trim() && { organization: organization.trim() }) }
    try {
      await companyCa.create({ algorithm: 'ECDSA-P384', subject, years })
      onCreated()
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <FormDialog
      title={i18n.t('keyring.caNew')}
      act={i18n.t('keyring.caCreate')}
      busy={busy}
      ready={name.trim() !== ''}
      onClose={onClose}
      onSubmit={() => void create()}
    >
      <div className="field">
        <label htmlFor={`${id}-name`}>{i18n.t('keyring.caName')}</label>
        <input
          id={`${id}-name`}
          className="input"
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-organization`}>
          {i18n.t('keys.organization')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
        </label>
        <input
          id={`${id}-organization`}
          className="input"
          maxLength={64}
          value={organization}
          onChange={(event) => setOrganization(event.target.value)}
        />
      </div>
      <YearsField label={i18n.t('keyring.caYears')} choices={YEARS} years={years} onYears={setYears} />
      <Notice tone="warn" title={i18n.t('keys.noBackup')}>
        <p>{i18n.t('keys.noBackupMeans')}</p>
      </Notice>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
