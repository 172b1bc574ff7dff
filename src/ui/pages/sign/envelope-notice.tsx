import { Icon } from '../../components/icon.tsx'
import { Notice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { SourceFile } from '../../../core/formats/format.ts'
import { envelopesAmong } from './session.ts'
import type { SignSession } from './session.ts'

type Props = Readonly<{
  session: SignSession
  /** The way to the page for envelopes; absent where a host gave the documents. */
  onEnvelopes?: ((files: readonly SourceFile[]) => void) | undefined
}>

/** An envelope among ordinary documents: what that means, and the way to where it is signed. */
export function EnvelopeNotice({ session, onEnvelopes }: Props) {
  const i18n = useI18n()
  const found = envelopesAmong(session)
  const [only] = found
  if (!only) return null
  const lead = () => {
    onEnvelopes?.(found.map(({ file }) => file))
    for (const { id } of found) session.remove(id)
  }
  const count = found.length
  return (
    <Notice
      tone="warn"
      title={
        session.items.length === 1
          ? i18n.t('sign.isEnvelope', { name: only.file.name })
          : i18n.t('sign.envelopesAmong', { count })
      }
    >
      <p>{i18n.t('sign.envelopeMeans')}</p>
      {onEnvelopes && (
        <div className="stack-tight">
          <button type="button" className="button primary" onClick={lead}>
            <Icon name="arrow" />
            {i18n.t('sign.toEnvelopes', { count })}
          </button>
          <button type="button" className="link-button small" onClick={session.insist}>
            {i18n.t('sign.signEnvelopeAnyway', { count })}
          </button>
        </div>
      )}
    </Notice>
  )
}
