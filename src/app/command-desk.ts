import type { SignAnswer, SignCommand } from '../core/host.ts'

/** The command that is being worked on. */
export type OpenCommand = Readonly<{
  command: SignCommand
  /** Fires when the host took its command back. */
  signal: AbortSignal
  answer: (answer: SignAnswer) => void
  /** The act cannot be done at all; the host gets the error. */
  refuse: (error: unknown) => void
}>

/** Commands of a host, one at a time: the same id twice is the same act and gets the same answer. */
export interface CommandDesk {
  /** Resolves with the answer of the person; rejects with AbortError when the host took it back. */
  submit(command: SignCommand, signal: AbortSignal): Promise<SignAnswer>
  /** The same, for an act that no person works on. A refusal is forgotten: the same id may be asked again. */
  once(
    command: SignCommand,
    signal: AbortSignal,
    work: (command: SignCommand, signal: AbortSignal) => Promise<SignAnswer>,
  ): Promise<SignAnswer>
  current(): OpenCommand | null
  subscribe(listener: () => void): () => void
}

type Act = { promise: Promise<SignAnswer>; answered: boolean }

export function openDesk(): CommandDesk {
  const acts = new Map<string, Act>()
  const waiting: OpenCommand[] = []
  const listeners = new Set<() => void>()
  const notify = (): void => listeners.forEach((listener) => listener())

  const start = (command: SignCommand, signal: AbortSignal): Act => {
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
      const open: OpenCommand = { command, signal, refuse, answer: (answer) => end(() => resolve(answer)) }
      signal.addEventListener('abort', onAbort)
      waiting.push(open)
    })
    act.promise.catch(() => undefined)
    return act
  }

  return {
    submit(command, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error)
      const known = acts.get(command.requestId)
      if (known) return known.promise
      const act = start(command, signal)
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
