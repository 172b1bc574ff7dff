/**
 * Messages that go together: each one on its own wakes the other side, which for a small document costs as much as signing it. So they
 * are held back while more are to be expected at once, but not for long.
 */

/** As many as this do not wait for more. */
const FULL = 8
/** Nothing waits longer than this, in milliseconds. */
const PATIENCE = 4

export type Parcel<Message> = Readonly<{
  message: Message
  transfer?: readonly Transferable[]
  /** What is in it cannot be cloned. Absent: it always can. */
  failed?: (error: unknown) => void
  /** Does not wait, and takes along what does: this side may be busy for long. */
  urgent?: true
}>

/**
 * @param post takes all of them in one message, in their order
 * @param isBusy whether this side is at work on what will be told as well
 */
export function bundled<Message>(
  post: (messages: readonly Message[], transfer: Transferable[]) => void,
  isBusy: () => boolean,
): (parcel: Parcel<Message>) => void {
  let waiting: Parcel<Message>[] = []
  let looking = false
  let timer: ReturnType<typeof setTimeout> | null = null

  function send(parcels: readonly Parcel<Message>[]): void {
    post(
      parcels.map(({ message }) => message),
      parcels.flatMap(({ transfer }) => [...(transfer ?? [])]),
    )
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const parcels = waiting
    waiting = []
    if (parcels.length === 0) return
    try {
      send(parcels)
    } catch (error) {
      // One that cannot be cloned must not keep the others.
      if (parcels.length === 1) parcels[0]?.failed?.(error)
      else for (const parcel of parcels) alone(parcel)
    }
  }

  function alone(parcel: Parcel<Message>): void {
    try {
      send([parcel])
    } catch (error) {
      parcel.failed?.(error)
    }
  }

  function look(): void {
    looking = false
    if (waiting.length >= FULL || waiting.some(({ urgent }) => urgent) || !isBusy()) flush()
    else timer ??= setTimeout(flush, PATIENCE)
  }

  return (parcel) => {
    waiting.push(parcel)
    if (looking) return
    looking = true
    // Whatever else this turn has to say comes along.
    queueMicrotask(look)
  }
}
