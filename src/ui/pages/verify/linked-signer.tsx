import { useSyncExternalStore } from 'react'
import type { ValidationReport } from '../../../core/validation/report.ts'
import { Fingerprint } from '../../components/certificate.tsx'
import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { linkedSigner } from '../../routes.ts'

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

/**
 * Whoever comes by the code of a visible signature compares: the certificate that the code names, and those of the file.
 * That they agree is no more than that: anyone can print a code, so it is never said in green.
 */
export function LinkedSigner({ report }: { report: ValidationReport | null }) {
  const i18n = useI18n()
  const wanted = useSyncExternalStore(subscribe, () => linkedSigner(location.hash))
  if (wanted === null) return null
  const found = report?.files.flatMap(({ signatures }) => signatures.flatMap(({ signer }) => signer ?? [])) ?? []
  const agrees = found.some(({ fingerprint }) => fingerprint.toLowerCase().startsWith(wanted))
  const state = report === null ? 'open' : agrees ? 'agrees' : 'differs'
  return (
    <Notice tone={state === 'differs' ? 'warn' : 'idle'} title={i18n.t(`verify.linked_${state}`)}>
      <p>
        {i18n.t('verify.linkedFingerprint')} <Fingerprint hex={wanted} />
      </p>
    </Notice>
  )
}
