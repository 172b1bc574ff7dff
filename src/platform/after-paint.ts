/** ms until it counts as painted all the same: a page that nobody sees, in a hidden tab or frame, is never drawn. */
const UNSEEN = 250

/**
 * Resolves when what stands in the page now has been painted and the page has heard what was pressed meanwhile: two frames from
 * now, as soon as there is nothing else to do.
 */
export function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    const end = setTimeout(resolve, UNSEEN)
    const free = (): void => {
      clearTimeout(end)
      // Not in every browser.
      if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: UNSEEN })
      else setTimeout(resolve)
    }
    requestAnimationFrame(() => requestAnimationFrame(free))
  })
}
