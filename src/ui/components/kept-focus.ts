import { useLayoutEffect } from 'react'

/** Where one goes on when what one stood on is gone: what says that it took the place, wherever it stands, else a heading. */
const LANDINGS = ['[data-landing]', 'h1, h2, h3']

function ancestorsOf(element: Element): readonly Element[] {
  const all = [element]
  for (let up = element.parentElement; up; up = up.parentElement) all.push(up)
  return all
}

const canHold = (element: Element): boolean => element.isConnected && element.checkVisibility()

function landingIn(root: Element): HTMLElement | null {
  return LANDINGS.flatMap((kind) => [...root.querySelectorAll<HTMLElement>(kind)]).find(canHold) ?? null
}

/**
 * What was pressed often goes with what it did: a key is deleted, a document signed, a file put away. The browser then leaves the focus
 * on nothing, and who reads by keyboard or ear is nowhere. Here it goes to the nearest place that is still there.
 */
export function keepFocus(): () => void {
  const now = document.activeElement
  let stood: readonly Element[] = now && now !== document.body ? ancestorsOf(now) : []
  let byKeyboard = false
  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return
    stood = ancestorsOf(target)
    byKeyboard = target.matches(':focus-visible')
  }
  // Whoever presses beside everything, or puts a phone's keyboard away, has left what is still there.
  const leave = (event: FocusEvent) => {
    const { target } = event
    // A frame that was not in front when it was pressed is never told that something in it has the focus, only that it had.
    if (target !== stood[0]) remember(event)
    queueMicrotask(() => {
      const [last] = stood
      if (last !== target || !(last instanceof HTMLElement) || document.activeElement !== document.body) return
      if (canHold(last) && !last.matches(':disabled')) stood = []
    })
  }
  const look = () => {
    const [last] = stood
    if (!(last instanceof HTMLElement) || document.activeElement !== document.body) return
    // Nothing of a page that scrolled by itself is where a mouse has just been.
    const options = { preventScroll: !byKeyboard }
    // Disabled while it acts, it has the focus again when it can be pressed again.
    if (canHold(last)) return last.matches(':disabled') ? undefined : last.focus(options)
    const modal = [...document.querySelectorAll('dialog[open]')].at(-1)
    const inside = stood.filter((each) => canHold(each) && (modal?.contains(each) ?? true))
    for (const root of inside.length === 0 && modal ? [modal] : inside) {
      const landing = landingIn(root)
      if (!landing) continue
      if (landing.tabIndex < 0) landing.tabIndex = -1
      return landing.focus(options)
    }
  }
  const watcher = new MutationObserver(look)
  watcher.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'hidden', 'open', 'style'],
  })
  document.addEventListener('focusin', remember)
  document.addEventListener('focusout', leave)
  return () => {
    watcher.disconnect()
    document.removeEventListener('focusin', remember)
    document.removeEventListener('focusout', leave)
  }
}

/** Once on a page. Before it is painted: what can be seen can be pressed. */
export function useKeptFocus(): void {
  useLayoutEffect(keepFocus, [])
}
