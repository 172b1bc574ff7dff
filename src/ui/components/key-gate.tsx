import { lazy, Suspense, useCallback, useState } from 'react'
import type { ReactNode } from 'react'
import type { ConsentProof, GateKind } from '../../app/key-gates.ts'
import type { KeyCard } from '../../app/manage-keys.ts'

const GateDialog = lazy(async () => ({ default: (await import('./gate-dialog.tsx')).GateDialog }))

export type GateAsk = Readonly<{
  kind: GateKind
  card: KeyCard
  /** Lower-case hex SHA-256 of each document; asked only where the confirmation is bound to them. */
  digests: () => Promise<readonly string[]>
  documents: number
}>

/** Where a gate asks: resolves with what the log keeps of it, rejects with null when the person went away. */
export type OpenGate = Readonly<{ ask: GateAsk; pass: (proof: ConsentProof) => void; fail: (error: unknown) => void }>

export type KeyGate = Readonly<{
  /** @throws AbortError; SignError `CONSENT_*`, `KEY_*` */
  pass: (ask: GateAsk) => Promise<ConsentProof>
  dialog: ReactNode
}>

/** The person confirms with a code of their app or a passkey before the key signs; set up at its first use. */
export function useKeyGate(): KeyGate {
  const [open, setOpen] = useState<OpenGate | null>(null)
  const pass = useCallback(async (ask: GateAsk) => {
    try {
      return await new Promise<ConsentProof>((resolve, reject) => setOpen({ ask, pass: resolve, fail: reject }))
    } finally {
      setOpen(null)
    }
  }, [])
  const dialog = open && (
    <Suspense fallback={null}>
      <GateDialog open={open} />
    </Suspense>
  )
  return { pass, dialog }
}
