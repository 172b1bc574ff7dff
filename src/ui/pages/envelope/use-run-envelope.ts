import { use } from 'react'
import type { RunEnvelope } from '../../../app/run-envelope.ts'
import { useServices } from '../../services.tsx'

/** Waits (Suspense) until the use cases of envelopes are loaded: no other page needs them. */
export const useRunEnvelope = (): RunEnvelope => use(useServices().envelopes())
