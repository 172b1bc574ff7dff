import { useCallback, useEffect, useMemo, useState } from 'react'
import type { KeyCard, KeyListing, KeyRef } from '../app/manage-keys.ts'
import { useServices } from './services.tsx'

export type KeysState = Readonly<{
  /** Null until the providers have answered. */
  listing: KeyListing | null
  refresh: () => Promise<void>
}>

export const sameKey = (a: KeyRef, b: KeyRef) => a.provider === b.provider && a.id === b.id

/** All keys of all providers, kept current: another tab may add or remove some. */
export function useKeys(): KeysState {
  const { keys } = useServices()
  const [listing, setListing] = useState<KeyListing | null>(null)
  const refresh = useCallback(() => keys.list().then(setListing), [keys])
  useEffect(() => {
    void refresh()
    return keys.onChange(() => void refresh())
  }, [keys, refresh])
  return useMemo(() => ({ listing, refresh }), [listing, refresh])
}

/** The chosen key: what the person picked, else the one that signed last, else the first that can sign. */
export function useChosenKey(listing: KeyListing | null): [KeyCard | null, (key: KeyRef | null) => void] {
  const { keys } = useServices()
  const [picked, setPicked] = useState<KeyRef | null>(null)
  const [last, setLast] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    keys
      .lastUsed()
      .then((fingerprint) => current && setLast(fingerprint))
      .catch(() => undefined)
    return () => {
      current = false
    }
  }, [keys])
  const chosen = useMemo(() => {
    const usable = (listing?.keys ?? []).filter((card) => card.maySign === null)
    const mine = picked && listing?.keys.find((card) => sameKey(card.ref, picked))
    return mine ?? usable.find((card) => card.certificate.fingerprint === last) ?? usable[0] ?? null
  }, [listing, picked, last])
  return [chosen, setPicked]
}

/** The name on a certificate as people write it. */
export function nameOn(card: KeyCard): string {
  const { subject } = card.certificate
  return subject.commonName ?? subject.organization ?? subject.text
}
