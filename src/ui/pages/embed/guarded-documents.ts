import { useCallback, useMemo, useRef } from 'react'
import type { ActivityLog } from '../../../app/activity-log.ts'
import type { OpenCommand } from '../../../app/command-desk.ts'
import { findCard, logOutcomes, markStored, sealedAnswer } from '../../../app/hosted-act.ts'
import type { LoadedDocument } from '../../../app/hosted-answer.ts'
import type { HostedRuntime } from '../../../app/hosted-runtime.ts'
import type { KeyCard } from '../../../app/manage-keys.ts'
import type { Services } from '../../../app/services.ts'
import type { SignDocuments } from '../../../app/sign-documents.ts'
import { inspectOnce } from './inspect-once.ts'

type Guarded = Readonly<{
  runtime: HostedRuntime
  services: Services
  open: OpenCommand
  loaded: readonly LoadedDocument[]
  log: ActivityLog
  /** Resolves when the person confirmed as the policy asks; rejects with AbortError or a coded refusal. */
  confirm: (card: KeyCard, documents: readonly LoadedDocument[]) => Promise<void>
}>

/** The app's `sign` with what a host's act adds: consent in the log, the confirmation, the answer and its delivery. */
export function useGuardedDocuments(parts: Guarded): SignDocuments {
  const { runtime, services, open, loaded, log, confirm } = parts
  const done = useRef(false)
  const sign = useCallback<SignDocuments['sign']>(
    async (request, options) => {
      const ids = loaded.map(({ asked }) => asked.id)
      const card = await findCard(services, request.key)
      await log.add('consent', { documents: ids.length, key: card.certificate.fingerprint.toLowerCase() })
      runtime.host.tell('consent', { documents: ids })
      await confirm(card, loaded)
      runtime.host.tell('signing', { documents: ids })
      const outcomes = await services.documents.sign({ ...request, digest: true }, options)
      await logOutcomes(log, outcomes, loaded)
      if (!outcomes.some(({ status }) => status === 'signed') || done.current) return outcomes
      done.current = true
      const { requestId } = open.command
      const { digest, host } = runtime
      const answer = await sealedAnswer({ services, requestId, loaded, outcomes, card, digest, log })
      const stores = runtime.mode !== 'link' || host.capabilities.has('save')
      void runtime.finish(open, answer, log).then(() => (stores ? markStored(services, outcomes) : undefined))
      return outcomes
    },
    [runtime, services, open, loaded, log, confirm],
  )
  const { documents } = services
  return useMemo(() => {
    const inspect: SignDocuments['inspect'] = (file, options = {}) =>
      Object.keys(options).length > 0 ? documents.inspect(file, options) : inspectOnce(documents, file)
    return { inspect, sign }
  }, [documents, sign])
}
