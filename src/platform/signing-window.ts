export type SigningWindow = Readonly<{
  target: Window
  focus: () => void
  close: () => void
  /** Resolves when the person, or the page itself, has closed it. */
  closed: Promise<void>
}>

const POLL = 300
/** A window whose opener was cut off by the page around us looks closed at once although it stands open. */
const CUT_OFF_WITHIN = 1000

/**
 * Opens our own signing page as a window. Call it within a click.
 *
 * @returns null when the browser or the page around us does not let it open with a channel to us
 */
export async function openSigningWindow(url: string, self: Window = window): Promise<SigningWindow | null> {
  const { availWidth, availHeight } = self.screen
  const [width, height] = [Math.min(1180, availWidth), Math.min(860, availHeight)]
  const [left, top] = [(availWidth - width) / 2, (availHeight - height) / 2].map(Math.round)
  let target: Window | null
  try {
    target = self.open(url, '_blank', `popup,width=${width},height=${height},left=${left},top=${top}`)
  } catch {
    return null
  }
  if (!target) return null
  const opened = target
  const started = performance.now()
  while (performance.now() - started < CUT_OFF_WITHIN) {
    if (opened.closed) return null
    if (isOurs(opened)) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const closed = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!opened.closed) return
      clearInterval(timer)
      resolve()
    }, POLL)
  })
  return { target: opened, focus: () => opened.focus(), close: () => opened.close(), closed }
}

/** Loaded and readable: same origin, with its channel to us. */
function isOurs(opened: Window): boolean {
  try {
    return opened.location.href !== 'about:blank'
  } catch {
    return false
  }
}
