/** A part that scrolls takes the focus, so that arrows and Page Down read it; not every browser does that by itself. */
export const SCROLLED = { tabIndex: 0 } as const
