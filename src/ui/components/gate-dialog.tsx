import { useEffect, useId, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { TotpOffer } from '../../app/key-gates.ts'
import { refusalOf } from '../../app/refusal.ts'
import { isAbort } from '../../core/errors.ts'
import type { Refusal } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { nameOn } from '../use-keys.ts'
import { FormDialog } from './form-dialog.tsx'
import type { OpenGate } from './key-gate.tsx'
import { RefusalNotice } from './notice.tsx'
import { QrCode } from './qr-code.tsx'

const leave = (open: OpenGate) => () => open.fail(new DOMException('the person cancelled', 'AbortError'))

export function GateDialog({ open }: { open: OpenGate }) {
  const { gates } = useServices()
  const [enrolled, setEnrolled] = useState<boolean | null>(null)
  const { card, kind } = open.ask
  useEffect(() => {
    gates.enrolled(card.ref, kind).then(setEnrolled, open.fail)
  }, [gates, card, kind, open])
  if (enrolled === null) return null
  if (kind === 'passkey') return <PasskeyGate open={open} enrolled={enrolled} />
  return enrolled ? <CodeGate open={open} /> : <CodeEnrolment open={open} />
}

/** A code that the person types; `check` gives what is wrong with it, or null. */
function CodeDialog(props: {
  title: string
  act: string
  open: OpenGate
  children: ReactNode
  check: (code: string) => Promise<string | null>
}) {
  const { title, act, open, children, check } = props
  const i18n = useI18n()
  const id = useId()
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const submit = async () => {
    setBusy(true)
    try {
      const wrong = await check(code)
      if (wrong === null) return open.pass({})
      setProblem(wrong)
      setCode('')
      input.current?.focus()
    } catch (error) {
      open.fail(error)
    } finally {
      setBusy(false)
    }
  }
  const ready = /^\s*\d{3}\s*\d{3}\s*$/.test(code)
  return (
    <FormDialog
      title={title}
      act={act}
      busy={busy}
      ready={ready}
      onClose={leave(open)}
      onCancel={leave(open)}
      onSubmit={() => void submit()}
    >
      {children}
      <div className="field">
        <label htmlFor={`${id}-code`}>{i18n.t('consent.code')}</label>
        <input
          ref={input}
          id={`${id}-code`}
          className="input code-input"
          data-focus
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={8}
          value={code}
          aria-invalid={problem !== null}
          aria-describedby={`${id}-problem`}
          onChange={(event) => setCode(event.target.value)}
        />
        <p className="problem reserve" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      </div>
    </FormDialog>
  )
}

function CodeGate({ open }: { open: OpenGate }) {
  const i18n = useI18n()
  const { gates } = useServices()
  const check = async (code: string) => {
    const verdict = await gates.checkCode(open.ask.card.ref, code)
    switch (verdict.status) {
      case 'right':
        return null
      case 'used':
        return i18n.t('consent.used')
      case 'wrong':
        return i18n.t('consent.wrong', { count: verdict.triesLeft })
      case 'paused':
        return i18n.t('consent.paused', { time: i18n.dateTime(verdict.until) })
    }
  }
  return (
    <CodeDialog title={i18n.t('consent.totpTitle')} act={i18n.t('consent.confirm')} open={open} check={check}>
      <p>{i18n.t('consent.totpAsk')}</p>
    </CodeDialog>
  )
}

function CodeEnrolment({ open }: { open: OpenGate }) {
  const i18n = useI18n()
  const { gates } = useServices()
  const [offer, setOffer] = useState<TotpOffer | null>(null)
  const { card } = open.ask
  useEffect(() => {
    gates.offerTotp(nameOn(card)).then(setOffer, open.fail)
  }, [gates, card, open])
  if (!offer) return null
  const check = async (code: string) =>
    (await gates.enrolTotp(card.ref, offer, code)) ? null : i18n.t('consent.notThisCode')
  return (
    <CodeDialog title={i18n.t('consent.totpSetUp')} act={i18n.t('consent.enrol')} open={open} check={check}>
      <p>{i18n.t('consent.totpScan')}</p>
      <div className="enrol">
        <QrCode text={offer.address} label={i18n.t('consent.totpQr')} />
        <div className="stack-tight">
          <p className="small muted" id="totp-secret">
            {i18n.t('consent.totpSecret')}
          </p>
          <code className="recovery-code" aria-labelledby="totp-secret">
            {offer.secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </code>
          <p className="small">{i18n.t('consent.totpKeep')}</p>
          <p className="small muted">{i18n.t('consent.totpLocal')}</p>
        </div>
      </div>
    </CodeDialog>
  )
}

/** A click of its own: browsers open the passkey's question only within one. */
function PasskeyGate({ open, enrolled }: { open: OpenGate; enrolled: boolean }) {
  const i18n = useI18n()
  const { gates } = useServices()
  const [ready, setReady] = useState(enrolled)
  const [digests, setDigests] = useState<readonly string[] | null>(null)
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const { ask } = open
  useEffect(() => {
    ask.digests().then(setDigests, open.fail)
  }, [ask, open])
  const act = async () => {
    setBusy(true)
    setRefusal(null)
    const { signal } = new AbortController()
    try {
      if (ready) return open.pass(await gates.confirmByPasskey(ask.card.ref, digests ?? [], signal))
      await gates.enrolPasskey(ask.card.ref, nameOn(ask.card), signal)
      setReady(true)
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <FormDialog
      title={i18n.t(ready ? 'consent.passkeyTitle' : 'consent.passkeySetUp')}
      act={i18n.t(ready ? 'consent.passkeyConfirm' : 'consent.passkeyEnrol')}
      busy={busy}
      ready={digests !== null}
      onClose={leave(open)}
      onCancel={leave(open)}
      onSubmit={() => void act()}
    >
      <p>
        {ready
          ? i18n.t('consent.passkeyAsk', { count: ask.documents })
          : `${i18n.t('consent.passkeySetUpMeans')} ${i18n.t('consent.totpLocal')}`}
      </p>
      {refusal && <RefusalNotice refusal={refusal} />}
    </FormDialog>
  )
}
