import { useCallback, useEffect, useState } from 'react'
import { refusalOf } from '../../../app/refusal.ts'
import { filesOf, isAwaited, NOTHING_BESIDE, takeBeside, type Beside } from '../../../app/take-beside.ts'
import { isAbort } from '../../../core/errors.ts'
import type { EnvelopeView } from '../../../core/envelope/view.ts'
import type { Refusal, SourceFile } from '../../../core/formats/format.ts'
import { useServices } from '../../services.tsx'

export type OpenedEnvelope = Readonly<{ view: EnvelopeView; beside: Beside }>

/** An envelope that a host gave, with documents that travel beside it: the first file is the envelope. Null: not read yet. */
export function useOpened(files: readonly SourceFile[]): {
  read: OpenedEnvelope | Refusal | null
  /** A person hands over what the host did not. */
  add: (more: readonly File[]) => void
} {
  const { envelopes } = useServices()
  const [read, setRead] = useState<OpenedEnvelope | Refusal | null>(null)
  const take = useCallback(
    async (given: readonly SourceFile[], before: OpenedEnvelope | null, signal: AbortSignal) => {
      const [file] = files
      if (!file) throw new TypeError('no envelope')
      const run = await envelopes()
      const view = before?.view ?? (await run.open(file, { signal }))
      const known = before?.beside ?? NOTHING_BESIDE
      if (!isAwaited(view) || given.length === 0) return { view, beside: known }
      const beside = await takeBeside(run, view, known, given, { signal })
      return { view: await run.open(file, { signal, beside: filesOf(beside) }), beside }
    },
    [envelopes, files],
  )
  const fail = (error: unknown) => {
    if (!isAbort(error)) setRead(refusalOf(error))
  }
  useEffect(() => {
    const control = new AbortController()
    take(files.slice(1), null, control.signal).then(setRead, fail)
    return () => control.abort()
  }, [take, files])
  const add = (more: readonly File[]) => {
    if (read === null || 'code' in read) return
    const given = more.map((blob) => ({ name: blob.name, blob }))
    take(given, read, new AbortController().signal).then(setRead, fail)
  }
  return { read, add }
}
