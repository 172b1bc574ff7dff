import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { ConfirmedDocument } from '../../../app/confirmed-envelopes.ts'
import type { ConsentProof } from '../../../app/key-gates.ts'
import type { KeyCard } from '../../../app/manage-keys.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { isAbort, SignError } from '../../../core/errors.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { Dialog } from '../../components/dialog.tsx'
import { useKeyGate } from '../../components/key-gate.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { hostName, useRuntime } from './hosted-context.tsx'

/** What the host is told of each document. */
type Summary = Readonly<{ id: string; name: string; sha256: string }>
type Asking = Readonly<{ documents: readonly Summary[]; done: () => void; fail: (error: unknown) => void }>

export type Confirmation = Readonly<{
  /** Asks as the policy says. @throws AbortError; SignError `CONSENT_*`, `HOST_*` */
  confirm: (
    card: KeyCard,
    documents: readonly LoadedDocument[],
    enclosed?: readonly ConfirmedDocument[],
  ) => Promise<void>
  dialog: ReactNode
}>

/** Before the key signs: nothing, a code that the host checks, a code of the person's own app, or a passkey. */
export function useConfirmation(log: ActivityLog): Confirmation {
  const { confirmation } = useRuntime()
  const gate = useKeyGate()
  const [asking, setAsking] = useState<Asking | null>(null)
  const { pass } = gate
  const confirm = useCallback(
    async (card: KeyCard, loaded: readonly LoadedDocument[], enclosed: readonly ConfirmedDocument[] = []) => {
      if (confirmation === 'none') return
      const documents = summaries(loaded, enclosed)
      const ask = async (): Promise<ConsentProof> => {
        if (confirmation === 'host') {
          await new Promise<void>((resolve, reject) => setAsking({ documents, done: resolve, fail: reject }))
          return {}
        }
        const digests = documents.map(({ sha256 }) => sha256)
        return pass({ kind: confirmation, card, documents: documents.length, digests: async () => digests })
      }
      try {
        await log.add('code-confirmed', { kind: confirmation, ...(await ask()) })
      } catch (error) {
        if (!isAbort(error)) await log.add('refused', { code: refusalOf(error).code })
        throw error
      } finally {
        setAsking(null)
      }
    },
    [confirmation, log, pass],
  )
  return { confirm, dialog: asking ? <HostCode asking={asking} /> : gate.dialog }
}

const TRIES = 5
/** Documents within an envelope go by its id and their own name. */
function summaries(loaded: readonly LoadedDocument[], enclosed: readonly ConfirmedDocument[]): readonly Summary[] {
  const within = loaded[0]?.asked.id ?? ''
  return [
    ...loaded.map(({ asked, document, sha256 }) => ({ id: asked.id, name: document.name, sha256 })),
    ...enclosed.map(({ name, sha256 }) => ({ id: `${within}/${name}`, name, sha256 })),
  ]
}

/** A code that the host sent to the person, bound to the digests of what will be signed. */
function HostCode({ asking }: { asking: Asking }) {
  const i18n = useI18n()
  const id = useId()
  const { host, embedder } = useRuntime()
  const tries = useRef(0)
  const sent = useRef(false)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [code, setCode] = useState('')
  const [signal] = useState(() => new AbortController().signal)
  const { documents } = asking
  useEffect(() => {
    if (sent.current) return
    sent.current = true
    host.confirm({ step: 'send', documents: asking.documents }, signal).catch(asking.fail)
  }, [host, asking, signal])
  const check = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      if (await host.confirm({ step: 'check', code: code.trim(), documents }, signal)) return asking.done()
      tries.current++
      if (tries.current >= TRIES) return asking.fail(new SignError('CONSENT_CODE_LOCKED', 'too many wrong codes'))
      setRefusal({ code: 'CONSENT_CODE_INCORRECT', message: 'wrong code', details: { left: TRIES - tries.current } })
    } catch (error) {
      asking.fail(error)
    } finally {
      setBusy(false)
      setCode('')
    }
  }
  return (
    <Dialog
      title={i18n.t('hosted.codeTitle')}
      onClose={() => asking.fail(new DOMException('the person cancelled', 'AbortError'))}
      footer={
        <button type="submit" form={id} className="button primary" disabled={busy || code.trim() === ''}>
          {i18n.t('hosted.codeConfirm')}
        </button>
      }
    >
      <form id={id} className="stack" onSubmit={(event) => void check(event)}>
        <p>{i18n.t('hosted.codeSent', { host: hostName(embedder), count: documents.length })}</p>
        <div className="field">
          <label htmlFor={`${id}-code`}>{i18n.t('hosted.code')}</label>
          <input
            id={`${id}-code`}
            className="input"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        </div>
        {refusal && <RefusalNotice refusal={refusal} />}
      </form>
    </Dialog>
  )
}
