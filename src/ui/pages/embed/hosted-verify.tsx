import { useEffect, useState } from 'react'
import type { HostedSnapshot } from '../../../app/hosted-runtime.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { FileReport, Indication, ValidationReport } from '../../../core/validation/report.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { FileReportView } from '../../components/report-view.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'

const ORDER: readonly Indication[] = ['TOTAL-FAILED', 'INDETERMINATE', 'TOTAL-PASSED']

/** The verdict in short: the worst of all signatures. */
export function shortVerdict(report: ValidationReport): Indication | 'NO_SIGNATURE' {
  const found = report.files.flatMap((file) => file.signatures.map(({ indication }) => indication))
  return ORDER.find((indication) => found.includes(indication)) ?? 'NO_SIGNATURE'
}

/** A document that the host wants checked: the report here, and the same to the host. */
export function HostedVerify({ ask }: { ask: NonNullable<HostedSnapshot['verifying']> }) {
  const i18n = useI18n()
  const { verification } = useServices()
  const [files, setFiles] = useState<readonly FileReport[] | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    const control = new AbortController()
    const { name, blob, answer } = ask
    verification
      .verify([{ name, blob }], { signal: control.signal })
      .then((found) => {
        const { report } = found
        setFiles(report.files)
        answer({ indication: shortVerdict(report), signatures: report.files.flatMap(({ signatures }) => signatures) })
        found.close()
      })
      .catch((error: unknown) => {
        if (!isAbort(error)) setRefusal(refusalOf(error))
      })
    return () => control.abort()
  }, [ask, verification])
  if (refusal) {
    return (
      <div className="hosted-empty">
        <RefusalNotice refusal={refusal} />
      </div>
    )
  }
  if (!files) {
    return (
      <div className="hosted-empty" aria-busy="true">
        <p>{i18n.t('hosted.verifying', { name: ask.name })}</p>
      </div>
    )
  }
  return (
    <div className="page">
      {files.map((file) => (
        <FileReportView key={file.name} report={file} file={ask.blob} />
      ))}
    </div>
  )
}
