import { useEffect, useId, useState } from 'react'
import type { BackupSecret } from '../../app/key-backups.ts'
import { refusalOf } from '../../app/refusal.ts'
import { isAbort } from '../../core/errors.ts'
import type { Refusal } from '../../core/formats/format.ts'
import { useI18n } from '../i18n/context.tsx'
import { useServices } from '../services.tsx'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'

/** What the person chose; `ready` when the key may be created with it. */
export type BackupPlan = Readonly<
  { kind: 'none' } | { kind: 'backup'; secrets: readonly BackupSecret[]; ready: boolean }
>

type Way = Readonly<{ secret: BackupSecret; code: string | null; written: boolean }>

const ways = (plan: readonly Way[]): BackupPlan => ({
  kind: 'backup',
  secrets: plan.map((way) => way.secret),
  ready: plan.length >= 2 && plan.every((way) => way.code === null || way.written),
})

/** Asked before the key exists, since it cannot be answered later. */
export function BackupChoice({ name, onPlan }: { name: string; onPlan: (plan: BackupPlan) => void }) {
  const i18n = useI18n()
  const id = useId()
  const [wanted, setWanted] = useState(false)
  const [list, setList] = useState<readonly Way[]>([])
  const change = (next: readonly Way[]) => {
    setList(next)
    onPlan(ways(next))
  }
  const choose = (backup: boolean) => {
    setWanted(backup)
    onPlan(backup ? ways(list) : { kind: 'none' })
  }
  return (
    <fieldset className="field">
      <legend>{i18n.t('keyring.backup')}</legend>
      {([false, true] as const).map((backup) => (
        <label key={String(backup)} className="choice" htmlFor={`${id}-${String(backup)}`}>
          <input
            id={`${id}-${String(backup)}`}
            type="radio"
            name={id}
            checked={wanted === backup}
            onChange={() => choose(backup)}
          />
          <span>
            {i18n.t(backup ? 'keyring.backupYes' : 'keyring.backupNone')}
            <span className="hint block">{i18n.t(backup ? 'keyring.backupYesMeans' : 'keyring.backupNoneMeans')}</span>
          </span>
        </label>
      ))}
      {wanted && <Ways name={name} list={list} onChange={change} />}
    </fieldset>
  )
}

type WaysProps = Readonly<{ name: string; list: readonly Way[]; onChange: (list: readonly Way[]) => void }>

function Ways({ name, list, onChange }: WaysProps) {
  const i18n = useI18n()
  const { backups } = useServices()
  const [passkeys, setPasskeys] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    let current = true
    void backups.passkeysAvailable().then((available) => current && setPasskeys(available))
    return () => {
      current = false
    }
  }, [backups])
  const add = async (make: () => Promise<Way>) => {
    setRefusal(null)
    try {
      onChange([...list, await make()])
    } catch (error) {
      if (!isAbort(error)) setRefusal(refusalOf(error))
    }
  }
  const addPasskey = () =>
    add(async () => {
      const secret = await backups.enrolPasskey(name.trim() || 'Countersign', new AbortController().signal)
      return { secret, code: null, written: true }
    })
  const addCode = () => add(async () => ({ ...(await backups.recoveryCode()), written: false }))
  return (
    <div className="stack-tight backup-ways">
      <ol className="stack-tight">
        {list.map((way, index) => (
          <li key={index}>
            <WayView
              way={way}
              onWritten={(written) => onChange(list.map((one, at) => (at === index ? { ...one, written } : one)))}
            />
          </li>
        ))}
      </ol>
      <div className="row">
        {passkeys && (
          <button type="button" className="button small" onClick={() => void addPasskey()}>
            <Icon name="plus" />
            {i18n.t('keyring.addPasskey')}
          </button>
        )}
        <button type="button" className="button small" onClick={() => void addCode()}>
          <Icon name="plus" />
          {i18n.t('keyring.addCode')}
        </button>
      </div>
      {list.length < 2 && <p className="hint">{i18n.t('keyring.needTwo')}</p>}
      {refusal && <RefusalNotice refusal={refusal} />}
    </div>
  )
}

function WayView({ way, onWritten }: { way: Way; onWritten: (written: boolean) => void }) {
  const i18n = useI18n()
  const id = useId()
  if (way.code === null) {
    return (
      <p className="row small">
        <Icon name="check" />
        {i18n.t('keyring.passkeyAdded')}
      </p>
    )
  }
  return (
    <div className="stack-tight printable">
      <p className="small">{i18n.t('keyring.codeAdded')}</p>
      <code className="recovery-code">{way.code}</code>
      <p className="hint">{i18n.t('keyring.codeShownOnce')}</p>
      <label className="choice" htmlFor={id}>
        <input id={id} type="checkbox" checked={way.written} onChange={(event) => onWritten(event.target.checked)} />
        <span>{i18n.t('keyring.codeWritten')}</span>
      </label>
    </div>
  )
}
