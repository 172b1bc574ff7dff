import type { SignAnswer, SignCommand } from '../core/host.ts'

/** The command that is being worked on. */
export type OpenCommand = Readonly<{
  command: SignCommand
  /** Fires when the host took its command back. */
  signal: AbortSignal
  /** Resolves when it is sure that this was not answered in an earlier life; rejects with AbortError when it was. */
  isNew: Promise<void>
  /** Counts only for what is new. */
  answer: (answer: SignAnswer) => void
  /** The act cannot be done at all; the host gets the error. */
  refuse: (error: unknown) => void
}>

/** Commands of a host, one at a time: the same id twice is the same act and gets the same answer. */
export interface CommandDesk {
  /**
   * Resolves with the answer of the person; rejects with AbortError when the host took it back. The command is on the table at
   * once, also while `earlier` still looks for an answer of an earlier life.
   *
   * @param earlier null, or of null: there is none
   */
  submit(command: SignCommand, signal: AbortSignal, earlier?: Promise<EarlierAnswer | null> | null): Promise<SignAnswer>
  /** The same, for an act that no person works on. A refusal is forgotten: the same id may be asked again. */
  once(
    command: SignCommand,
    signal: AbortSignal,
    work: (command: SignCommand, signal: AbortSignal) => Promise<SignAnswer>,
  ): Promise<SignAnswer>
  current(): OpenCommand | null
  subscribe(listener: () => void): () => void
}

/** Known at once; `answer` waits for the host to store it. */
export type EarlierAnswer = Readonly<{ answer: Promise<SignAnswer> }>

type Act = { promise: Promise<SignAnswer>; answered: boolean }

export function openDesk(): CommandDesk {
  const acts = new Map<string, Act>()
  const waiting: OpenCommand[] = []
  const listeners = new Set<() => void>()
  const notify = (): void => listeners.forEach((listener) => listener())

  const start = (command: SignCommand, signal: AbortSignal, earlier: Promise<EarlierAnswer | null> | null): Act => {
    const act: Act = { answered: false, promise: Promise.resolve({ status: 'cancelled' }) }
    act.promise = new Promise<SignAnswer>((resolve, reject) => {
      const end = (how: () => void): void => {
        if (act.answered) return
        act.answered = true
        signal.removeEventListener('abort', onAbort)
        const at = waiting.indexOf(open)
        if (at >= 0) waiting.splice(at, 1)
        how()
        notify()
      }
      const refuse = (error: unknown): void =>
        end(() => {
          acts.delete(command.requestId)
          reject(error)
        })
      const onAbort = (): void => refuse(new DOMException('the host took its command back', 'AbortError'))
      const isNew = Promise.resolve(earlier).then((known) => {
        if (!known) return
        known.answer.then((answer) => end(() => resolve(answer)), refuse)
        throw new DOMException('answered before', 'AbortError')
      })
      isNew.catch(() => undefined)
      const settle = (given: SignAnswer) => (): void => end(() => resolve(given))
      const answer = (given: SignAnswer): void =>
        earlier === null ? settle(given)() : void isNew.then(settle(given), () => undefined)
      const open: OpenCommand = { command, signal, isNew, refuse, answer }
      signal.addEventListener('abort', onAbort)
      waiting.push(open)
    })
    act.promise.catch(() => undefined)
    return act
  }

  return {
    submit(command, signal, earlier = null) {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      const known = acts.get(command.requestId)
      if (known) return known.promise
      const act = start(command, signal, earlier)
      acts.set(command.requestId, act)
      notify()
      return act.promise
    },
    once(command, signal, work) {
      const known = acts.get(command.requestId)
      if (known) return known.promise
      const promise = work(command, signal)
      acts.set(command.requestId, { promise, answered: true })
      promise.catch(() => acts.delete(command.requestId))
      return promise
    },
    current: () => waiting[0] ?? null,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
