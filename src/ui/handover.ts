/** Files that one page sends to another: an envelope that was brought to where ordinary documents are signed or verified. */
import { useEffect } from 'react'
import type { SourceFile } from '../core/formats/format.ts'
import { hrefOf } from './routes.ts'

let waiting: readonly File[] | null = null

/** Leads to the page for envelopes, which takes them. */
export function giveToEnvelopes(files: readonly SourceFile[]): void {
  waiting = files.map(({ name, blob }) => new File([blob], name, { type: 'application/pdf' }))
  location.hash = hrefOf('envelope')
}

/** A page that is shown again runs this anew, so that what waits is taken once, by whoever is shown. */
export function useHandedOver(onFiles: (files: readonly File[]) => void): void {
  useEffect(() => {
    if (!waiting) return
    const files = waiting
    waiting = null
    onFiles(files)
  }, [onFiles])
}
