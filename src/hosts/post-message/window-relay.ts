import { SignError } from '../../core/errors.ts'
import { isDeliverable } from '../../core/host.ts'
import type { CommandingHost, SignAnswer, SignCommand } from '../../core/host.ts'
import { acceptFrame } from '../../host-sdk/protocol/accept.ts'
import { CountersignError, type Channel } from '../../host-sdk/protocol/channel.ts'
import { isRecord, type SignerTheme } from '../../host-sdk/protocol/messages.ts'
import { openSigningWindow } from '../../platform/signing-window.ts'

export type WindowRequest = Readonly<{
  /** Our own signing page. */
  url: string
  /** With the bytes of every document, which may still be on their way: the window asks nobody for them. */
  command: Promise<SignCommand>
  host: CommandingHost
  appearance: () => { locale: string | undefined; theme: SignerTheme | undefined }
  signal: AbortSignal
  self?: Window
}>

export type WindowAnswer = Readonly<{
  answer: SignAnswer
  /**
   * Tells the window how it ended; it closes itself when the host has stored everything. Resolves when the last links of its
   * log have been passed on.
   */
  settle: (end: { stored: true; receipt: string } | { stored: false; code: string }) => Promise<void>
}>

/** Events of the window that its frame passes on to the host. */
const PASSED = ['document-loaded', 'view-progress', 'consent', 'signing', 'error', 'log'] as const
/** ms; a loaded page says hello at once. */
const FIRST_HELLO = 30_000
/** ms that a window may take to say the end of its log; it may be closed already. */
const LAST_WORDS = 1000

/**
 * Has the person sign in a window of our own origin: there the address bar is visible, no page lies over the button and keys
 * are at home. Call it within a click. The frame is to the window what the CRM is to the frame, without a store of its own.
 *
 * @throws SignError `CONSENT_WINDOW_BLOCKED`, `CONSENT_WINDOW_CLOSED`; AbortError when `signal` fired
 */
export async function signInWindow(request: WindowRequest): Promise<WindowAnswer> {
  const { self = window, command, signal, host } = request
  let target: Window | null = null
  let current: Channel | undefined
  let said: () => void = () => undefined
  const lastWords = new Promise<void>((resolve) => {
    said = resolve
  })
  let settled: (answer: SignAnswer) => void = () => undefined
  let failed: (error: unknown) => void = () => undefined
  const answered = new Promise<SignAnswer>((resolve, reject) => ([settled, failed] = [resolve, reject]))
  answered.catch(() => undefined)
  const run = (channel: Channel): void => {
    current = channel
    command
      .then((asked) => channel.call('sign', asked))
      .then(
        (answer) => settled(answer as SignAnswer),
        // A reloaded window says hello again and is asked again, with the same id.
        (error: unknown) =>
          error instanceof CountersignError && error.code === 'HOST_CLOSED' ? undefined : failed(error),
      )
  }
  const stop = acceptFrame(self, {
    peer: () => target,
    origin: self.origin,
    context: () => contextOf(request),
    channel: {
      methods: {
        confirm: (asked, asking) => host.confirm(asked as Parameters<typeof host.confirm>[0], asking),
        fetch: (asked, asking) => host.fetch(asked as Parameters<typeof host.fetch>[0], asking),
      },
      onEvent: (name, data) => {
        if (PASSED.some((passed) => passed === name)) host.tell(name, data)
        if (name === 'log' && isRecord(data) && data['action'] === 'saved') said()
      },
    },
    onConnect: run,
    onVersionMismatch: () =>
      failed(new SignError('HOST_VERSION_MISMATCH', 'the window runs another version of the app')),
  })
  const opened = await openSigningWindow(request.url, self)
  if (!opened) {
    stop()
    throw new SignError('CONSENT_WINDOW_BLOCKED', 'the browser or the page around us did not open the window')
  }
  target = opened.target
  host.tell('popup-opened', {})
  const late = setTimeout(() => {
    if (!current) failed(new SignError('CONSENT_WINDOW_BLOCKED', 'the window opened without a channel to this frame'))
  }, FIRST_HELLO)
  const onAbort = (): void => failed(new DOMException('the host took its command back', 'AbortError'))
  signal.addEventListener('abort', onAbort)
  let finished = false
  void opened.closed.then(() => {
    host.tell('popup-closed', { finished })
    failed(new SignError('CONSENT_WINDOW_CLOSED', 'the signing window was closed before anything was signed'))
    if (finished) stop()
  })
  try {
    const answer = await answered
    finished = true
    if (!isDeliverable(answer)) opened.close()
    const settle: WindowAnswer['settle'] = async (end) => {
      current?.emit(end.stored ? 'received' : 'unsaved', end)
      if (end.stored) await Promise.race([lastWords, new Promise((resolve) => setTimeout(resolve, LAST_WORDS))])
    }
    return { answer, settle }
  } catch (error) {
    opened.close()
    stop()
    throw isRecord(error) || error instanceof Error ? error : new SignError('HOST_FAILED', 'the window failed')
  } finally {
    clearTimeout(late)
    signal.removeEventListener('abort', onAbort)
  }
}

function contextOf({
  host,
  appearance,
}: WindowRequest): Parameters<typeof acceptFrame>[1]['context'] extends () => infer C ? C : never {
  const { locale, theme } = appearance()
  return {
    ...(locale ? { locale } : {}),
    ...(theme ? { theme } : {}),
    abilities: (['confirm', 'fetch'] as const).filter((ability) => host.capabilities.has(ability)),
  }
}
