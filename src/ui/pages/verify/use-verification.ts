import { useCallback, useEffect, useRef, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import type { Judgement, Verification, VerifyOptions, VerifyProgress } from '../../../app/verify-documents.ts'
import { isAbort } from '../../../core/errors.ts'
import type { LogReport } from '../../../core/formats/activity-log.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import type { ValidationReport } from '../../../core/validation/report.ts'
import { useServices } from '../../services.tsx'

type Step = Parameters<VerifyProgress>[0]

export type VerificationState =
  | Readonly<{ status: 'empty'; refusal: Refusal | null }>
  | Readonly<{ status: 'working'; step: Step; done: number }>
  | Readonly<{
      status: 'done'
      report: ValidationReport
      files: readonly SourceFile[]
      logs: readonly LogReport[]
      judgement: Judgement
    }>

const EMPTY: VerificationState = { status: 'empty', refusal: null }
const AS_USUAL: Judgement = {}

/** One verification at a time; more files join it; other anchors, rules or another time judge the same facts without reading a file again. */
export function useVerification() {
  const { verification, anchors } = useServices()
  const [state, setState] = useState<VerificationState>(EMPTY)
  const handle = useRef<Verification | null>(null)
  const controller = useRef<AbortController | null>(null)
  const judgement = useRef(AS_USUAL)
  /** By name of the file; out of React's state. */
  const passwords = useRef(new Map<string, string>())
  /** Counts changes of the anchors: one that comes while files are read is not in their verdict yet. */
  const anchorsChanged = useRef(0)

  const judge = useCallback(async (next: Judgement) => {
    judgement.current = next
    try {
      const report = await handle.current?.judge(next)
      // Another judgement may have overtaken this one.
      if (report && judgement.current === next) {
        setState((now) => (now.status === 'done' ? { ...now, report, judgement: next } : now))
      }
    } catch (error) {
      if (!isAbort(error)) setState({ status: 'empty', refusal: refusalOf(error) })
    }
  }, [])

  const clear = useCallback(() => {
    controller.current?.abort()
    handle.current?.close()
    handle.current = null
    passwords.current.clear()
    judgement.current = AS_USUAL
    setState(EMPTY)
  }, [])

  const work = useCallback(
    async (verify: (options: VerifyOptions) => Promise<Verification>) => {
      controller.current?.abort()
      const own = new AbortController()
      controller.current = own
      const { signal } = own
      setState({ status: 'working', step: 'reading', done: 0 })
      const onProgress: VerifyProgress = (step, done) => {
        if (!signal.aborted) setState({ status: 'working', step, done })
      }
      const known = anchorsChanged.current
      const show = (next: Verification): void => {
        judgement.current = AS_USUAL
        setState({ status: 'done', report: next.report, files: next.files, logs: next.logs, judgement: AS_USUAL })
      }
      try {
        const next = await verify({ signal, onProgress })
        handle.current?.close()
        handle.current = next
        show(next)
        if (anchorsChanged.current !== known) await judge({})
      } catch (error) {
        if (signal.aborted || isAbort(error)) {
          if (controller.current !== own) return
          if (handle.current) show(handle.current)
          else setState(EMPTY)
        } else setState({ status: 'empty', refusal: refusalOf(error) })
      }
    },
    [judge],
  )

  const check = useCallback(
    (blobs: readonly File[]) => {
      const files = blobs.map((blob) => ({ name: blob.name, blob }))
      return work((options) => handle.current?.add(files, options) ?? verification.verify(files, options))
    },
    [work, verification],
  )

  const unlock = useCallback(
    (name: string, password: string) =>
      work(async (options) => {
        const opened = await handle.current?.unlock(name, password, options)
        if (!opened) throw new RangeError('nothing is open')
        passwords.current.set(name, password)
        return opened
      }),
    [work],
  )

  useEffect(
    () =>
      anchors.onChange(() => {
        anchorsChanged.current++
        void judge({ ...judgement.current })
      }),
    [anchors, judge],
  )
  useEffect(() => () => handle.current?.close(), [])
  const passwordOf = useCallback((name: string) => passwords.current.get(name), [])
  return { state, check, unlock, passwordOf, clear, judge, cancel: () => controller.current?.abort() }
}
