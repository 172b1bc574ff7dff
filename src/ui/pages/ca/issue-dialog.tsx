import { useId, useState } from 'react'
import type { RequestSummary } from '../../../app/company-ca.ts'
import type { KeyRef } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal, SignedFile } from '../../../core/formats/format.ts'
import { nameOf } from '../../components/certificate.tsx'
import { FormDialog } from '../../components/form-dialog.tsx'
import { useAnnounce } from '../../components/live.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { YearsField } from '../../components/years-field.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

const YEARS = [1, 2, 3] as const

type Props = Readonly<{ ca: KeyRef; onClose: () => void; onIssued: (file: SignedFile) => void }>

/** Shows what the request asks for before anything is signed: the person at the authority answers for the name. */
export function IssueDialog({ ca, onClose, onIssued }: Props) {
  const i18n = useI18n()
  const id = useId()
  const announce = useAnnounce()
  const { companyCa } = useServices()
  const [chosen, setChosen] = useState<{ file: File; summary: RequestSummary } | null>(null)
  const [years, setYears] = useState<number>(1)
  const [crlUrl, setCrlUrl] = useState('')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const pick = async (file: File) => {
    setRefusal(null)
    setChosen(null)
    try {
      setChosen({ file, summary: await companyCa.inspect(file) })
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  const name = chosen ? nameOf(chosen.summary.subject) : ''
  const issue = async () => {
    if (!chosen) return
    try {
      const url = crlUrl.trim()
      const file = await companyCa.issue(ca, chosen.file, { years, ...(url ? { crlUrl: url } : {}) })
      announce(i18n.t('keyring.caIssued', { name }))
      onIssued(file)
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <FormDialog
      title={i18n.t('keyring.caIssue')}
      act={chosen ? i18n.t('keyring.caIssueNow', { name }) : i18n.t('keyring.caIssue')}
      ready={chosen?.summary.proven === true}
      onClose={onClose}
      onSubmit={() => void issue()}
    >
      <div className="field">
        <label htmlFor={`${id}-file`}>{i18n.t('keyring.caRequestFile')}</label>
        <input
          id={`${id}-file`}
          className="input"
          type="file"
          accept=".csr,.p10,.pem,.req"
          onChange={(event) => {
            const [file] = event.target.files ?? []
            if (file) void pick(file)
          }}
        />
      </div>
      {chosen && <Asked summary={chosen.summary} />}
      <YearsField label={i18n.t('keys.validFor')} choices={YEARS} years={years} onYears={setYears} />
      <div className="field">
        <label htmlFor={`${id}-crl`}>
          {i18n.t('keyring.caCrlUrl')} <span className="muted">{i18n.t('sign.optionalMark')}</span>
        </label>
        <input
          id={`${id}-crl`}
          className="input"
          type="url"
          placeholder="http://company.example/ca.crl"
          value={crlUrl}
          onChange={(event) => setCrlUrl(event.target.value)}
        />
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}

function Asked({ summary }: { summary: RequestSummary }) {
  const i18n = useI18n()
  const { subject, algorithm, bits, proven } = summary
  return (
    <Notice tone={proven ? 'idle' : 'bad'} title={i18n.t(proven ? 'keyring.caProven' : 'keyring.caNotProven')}>
      <dl className="facts">
        <dt>{i18n.t('keyring.caAsks')}</dt>
        <dd>{subject.text}</dd>
        <dt>{i18n.t('keys.algorithm')}</dt>
        <dd>{algorithm.startsWith('RSA') ? `${algorithm} ${String(bits)}` : algorithm}</dd>
      </dl>
      {proven && <p>{i18n.t('keyring.caCheckPerson')}</p>}
    </Notice>
  )
}
