import type { Prompt } from '../core/keys.ts'

/** What a provider asks a person right now; one at a time, in the order asked. */
export type OpenPrompt = Readonly<
  { id: number } & (
    | ({ kind: 'secret'; answer: (secret: string | null) => void } & { request: Parameters<Prompt['secret']>[0] })
    | ({ kind: 'code'; answer: (how: 'dismissed' | 'cancelled') => void } & {
        request: Parameters<Prompt['showCode']>[0]
      })
  )
>

/** Joins providers, which know no React, with the page that shows the question. */
export interface Prompts {
  readonly prompt: Prompt
  /** The question to show, or null. */
  readonly current: () => OpenPrompt | null
  readonly onChange: (listener: () => void) => () => void
}

export function createPrompts(): Prompts {
  const waiting: OpenPrompt[] = []
  const listeners = new Set<() => void>()
  let next = 1
  const changed = (): void => listeners.forEach((listener) => listener())
  const drop = (id: number): void => {
    const at = waiting.findIndex((one) => one.id === id)
    if (at < 0) return
    waiting.splice(at, 1)
    changed()
  }
  const ask = (one: OpenPrompt): void => {
    waiting.push(one)
    changed()
  }
  return {
    prompt: {
      secret: (request) =>
        new Promise((resolve) => {
          const id = next++
          const answer = (secret: string | null): void => {
            drop(id)
            resolve(secret)
          }
          ask({ id, kind: 'secret', request, answer })
        }),
      showCode: (request) =>
        new Promise((resolve) => {
          const id = next++
          const answer = (how: 'dismissed' | 'cancelled'): void => {
            drop(id)
            resolve(how)
          }
          request.signal.addEventListener('abort', () => answer('dismissed'))
          ask({ id, kind: 'code', request, answer })
        }),
    },
    current: () => waiting[0] ?? null,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
