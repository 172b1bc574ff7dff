import { Fragment, useCallback, useMemo, useState } from 'react'
import type { KeyRef } from '../../../app/manage-keys.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { RefusalNotice } from '../../components/notice.tsx'
import { Icon } from '../../components/icon.tsx'
import { useI18n } from '../../i18n/context.tsx'
import { useServices } from '../../services.tsx'
import { fetchSample, useSamples } from './samples.ts'
import type { Sample } from './samples.ts'
import type { SignSession } from './session.ts'

/** The key of the first walk: made for a sample, binds nobody, removed with one click afterwards. */
export type ThrowAwayKey = Readonly<{
  ref: KeyRef | null
  make: () => Promise<KeyRef>
  remove: () => Promise<void>
}>

export function useThrowAwayKey(): ThrowAwayKey {
  const i18n = useI18n()
  const { keys } = useServices()
  const [ref, setRef] = useState<KeyRef | null>(null)
  const make = useCallback(async () => {
    const name = i18n.t('sign.throwAwayName')
    const card = await keys.create({ algorithm: 'ECDSA-P256', label: name, subject: { commonName: name }, years: 1 })
    setRef(card.ref)
    return card.ref
  }, [i18n, keys])
  const remove = useCallback(async () => {
    if (ref) await keys.remove(ref)
    setRef(null)
  }, [keys, ref])
  return useMemo(() => ({ ref, make, remove }), [ref, make, remove])
}

type Props = Readonly<{
  session: SignSession
  onThrowAway: () => Promise<KeyRef>
  onKey: (key: KeyRef) => void
}>

/** Samples to sign at once, and for a newcomer the whole thing with a key to throw away. */
export function FirstRun({ session, onThrowAway, onKey }: Props) {
  const i18n = useI18n()
  const samples = useSamples()
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [first] = samples
  if (!first) return null

  const attempt = async (work: () => Promise<void>) => {
    if (busy) return
    setBusy(true)
    setRefusal(null)
    try {
      await work()
    } catch (error) {
      setRefusal(refusalOf(error))
    } finally {
      setBusy(false)
    }
  }
  const open = async (sample: Sample) => {
    const file = await fetchSample(sample)
    session.add([{ name: file.name, blob: file }])
  }
  const walk = async () => {
    onKey(await onThrowAway())
    await open(first)
  }
  return (
    <section className="first-run" aria-labelledby="first-run">
      <h2 id="first-run">{i18n.t('sign.newHere')}</h2>
      <p className="muted">{i18n.t('sign.newHereMeans')}</p>
      <div className="row">
        <button type="button" className="button" disabled={busy} onClick={() => void attempt(walk)}>
          <Icon name="pen" />
          {i18n.t(busy ? 'common.oneMoment' : 'sign.trySample')}
        </button>
      </div>
      <p className="small muted sample-line">
        {i18n.t('sign.orOpenSample')}{' '}
        {samples.map((sample, index) => (
          <Fragment key={sample.file}>
            {index > 0 && ' '}
            <span className="nowrap">
              <button type="button" className="link-button" onClick={() => void attempt(() => open(sample))}>
                {sample.name}
              </button>
              {index < samples.length - 1 && ' ·'}
            </span>
          </Fragment>
        ))}
      </p>
      {refusal && <RefusalNotice refusal={refusal} />}
    </section>
  )
}
