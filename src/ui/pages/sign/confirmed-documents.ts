import { useMemo } from 'react'
import type { ReactNode } from 'react'
import type { SignDocuments } from '../../../app/sign-documents.ts'
import { SignError } from '../../../core/errors.ts'
import { useKeyGate } from '../../components/key-gate.tsx'
import { useServices } from '../../services.tsx'
import { sameKey } from '../../use-keys.ts'

/** Signing as config.json wants it on this page: the person confirms by code or passkey first, or is asked nothing. */
export function useConfirmedDocuments(): Readonly<{ documents: SignDocuments; dialog: ReactNode }> {
  const { documents, confirmation, digest, keys } = useServices()
  const { pass, dialog } = useKeyGate()
  const confirmed = useMemo<SignDocuments>(() => {
    if (confirmation === 'none') return documents
    return {
      inspect: (file, options) => documents.inspect(file, options),
      async sign(request, options) {
        const card = (await keys.list()).keys.find(({ ref }) => sameKey(ref, request.key))
        if (!card) throw new SignError('KEY_NOT_FOUND', `no key ${request.key.id}`)
        const digests = () => Promise.all(request.items.map(({ file }) => digest(file.blob)))
        await pass({ kind: confirmation, card, documents: request.items.length, digests })
        return documents.sign(request, options)
      },
    }
  }, [confirmation, digest, documents, keys, pass])
  return { documents: confirmed, dialog }
}
