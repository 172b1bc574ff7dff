import { useEffect, useState } from 'react'
import type { ComponentType } from 'react'
import type { HostedSnapshot } from '../../../app/hosted-runtime.ts'
import { refusalOf } from '../../../app/refusal.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import type { LoadedProps, Turn } from './hosted-sign.tsx'

/** All that a document is looked at and signed with: by far the greater part of the page, so it comes after the first paint. */
export type Desk = Readonly<{
  Sign: ComponentType<LoadedProps>
  Verify: ComponentType<{ ask: NonNullable<HostedSnapshot['verifying']> }>
  turn: Turn
}>

export type LoadDesk = () => Promise<Desk>

/** @param load always the same */
export function useDesk(load: LoadDesk): Readonly<{ desk: Desk | null; refusal: Refusal | null }> {
  const [desk, setDesk] = useState<Desk | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  useEffect(() => {
    load().then(setDesk, (error: unknown) => setRefusal(refusalOf(error)))
  }, [load])
  return { desk, refusal }
}
