import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

/** `settling`: visible, not yet long enough. `unsupported`: this browser cannot tell, so nothing may be signed here. */
export type ActVisibility = 'clear' | 'settling' | 'covered' | 'unsupported'

/** ms that the button must have been wholly visible without a break before a press of it counts. */
const HELD = 800

const canTell = (): boolean =>
  typeof IntersectionObserverEntry === 'function' && 'isVisible' in IntersectionObserverEntry.prototype

type SeenEntry = IntersectionObserverEntry & { isVisible?: boolean }

/**
 * Whether a person sees the whole of this button, unchanged by the page around the frame: Intersection Observer v2. It also
 * says "covered" when something lies over another part of the frame, so there must always be another way to sign.
 */
export function useActGuard(button: RefObject<HTMLElement | null>, active: boolean): ActVisibility {
  const [visibility, setVisibility] = useState<ActVisibility>(() => (canTell() ? 'settling' : 'unsupported'))
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    const element = button.current
    if (!active || !element || !canTell()) return undefined
    const options = { threshold: [0, 1], trackVisibility: true, delay: 100 } as IntersectionObserverInit
    const observer = new IntersectionObserver((entries) => {
      const entry = entries.at(-1) as SeenEntry | undefined
      const whole = entry?.isVisible === true && entry.intersectionRatio === 1
      clearTimeout(timer.current)
      if (!whole) return setVisibility('covered')
      setVisibility('settling')
      timer.current = setTimeout(() => setVisibility('clear'), HELD)
    }, options)
    observer.observe(element)
    return () => {
      observer.disconnect()
      clearTimeout(timer.current)
    }
  }, [button, active])
  return visibility
}
