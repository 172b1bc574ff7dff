import { useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'

let left: string | null = null

/**
 * One panel takes another's place with the same ways on it (`data-way`): whoever stands on one with the keyboard stands on it in
 * the next.
 */
export function useHandedFocus(): RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = panel.current
    if (left !== null) element?.querySelector<HTMLElement>(`[data-way="${left}"]`)?.focus()
    left = null
    return () => {
      const { activeElement } = document
      left = element?.contains(activeElement)
        ? (activeElement?.closest<HTMLElement>('[data-way]')?.dataset['way'] ?? null)
        : null
    }
  }, [])
  return panel
}
