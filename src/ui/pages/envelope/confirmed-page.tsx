import { useMemo } from 'react'
import { confirmedEnvelopes } from '../../../app/confirmed-envelopes.ts'
import { SignError } from '../../../core/errors.ts'
import { useKeyGate } from '../../components/key-gate.tsx'
import { ServicesProvider, useServices } from '../../services.tsx'
import { sameKey } from '../../use-keys.ts'
import { EnvelopePage } from './envelope-page.tsx'

/** Envelopes on our own page: a key signs after the confirmation that config.json wants, or is asked nothing. */
export function ConfirmedEnvelopePage() {
  const services = useServices()
  const { pass, dialog } = useKeyGate()
  const confirmed = useMemo(() => {
    const { confirmation, digest, keys, envelopes } = services
    if (confirmation === 'none') return services
    const guarded = envelopes().then((run) =>
      confirmedEnvelopes(run, async (key, file, enclosed) => {
        const card = (await keys.list()).keys.find(({ ref }) => sameKey(ref, key))
        if (!card) throw new SignError('KEY_NOT_FOUND', `no key ${key.id}`)
        await pass({
          kind: confirmation,
          card,
          documents: 1 + enclosed.length,
          digests: async () => [await digest(file.blob), ...enclosed.map(({ sha256 }) => sha256)],
        })
      }),
    )
    return { ...services, envelopes: () => guarded }
  }, [services, pass])
  return (
    <>
      <ServicesProvider value={confirmed}>
        <EnvelopePage />
      </ServicesProvider>
      {dialog}
    </>
  )
}
