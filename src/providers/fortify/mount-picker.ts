import '@peculiar/fortify-webcomponents/dist/peculiar/peculiar.css'
import type { SigningKey } from '../../core/keys.ts'
import { presetProtobuf, type TokenCrypto, type TokenInfo } from './client.ts'
import { tokenKey } from './token-keys.ts'
import { translateError } from './translate-error.ts'

type Selection = Readonly<{
  certificateId: string
  providerId: string
  privateKeyId: string
  socketProvider: {
    info(): Promise<{ providers: readonly TokenInfo[] }>
    getCrypto(id: string): Promise<TokenCrypto>
    close?(): void
  }
}>

/** The key works until `release`: the component's connection closes when its element leaves the page. */
export type PickedKey = Readonly<{ key: SigningKey; release: () => void }>

/**
 * Fortify's own certificate picker, mounted into `container` as the alternative to our list.
 *
 * @param language one of the component's thirteen; others fall back to English
 * @returns the chosen key, or null when the person cancelled. @throws SignError `KEY_*`; AbortError
 */
export async function mountFortifyPicker(
  container: HTMLElement,
  language: string,
  signal: AbortSignal,
): Promise<PickedKey | null> {
  await presetProtobuf()
  const { defineCustomElement } =
    await import('@peculiar/fortify-webcomponents/components/peculiar-fortify-certificates.js')
  defineCustomElement()
  const element = document.createElement('peculiar-fortify-certificates')
  Object.assign(element, { language, hideFooter: true, filters: { onlyWithPrivateKey: true, ca: true } })
  container.replaceChildren(element)
  try {
    const selection = await new Promise<Selection | null>((resolve, reject) => {
      element.addEventListener('selectionSuccess', (event) => resolve((event as CustomEvent<Selection>).detail), {
        signal,
      })
      element.addEventListener('selectionCancel', () => resolve(null), { signal })
      signal.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
    })
    const key = selection === null ? null : await toKey(selection)
    element.hidden = true
    if (key === null) element.remove()
    return key === null ? null : { key, release: () => element.remove() }
  } catch (error) {
    element.remove()
    throw error
  }
}

async function toKey(selection: Selection): Promise<SigningKey> {
  const run = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw translateError(error, 'KEY_BRIDGE_FAILED')
    }
  }
  const crypto = await run(selection.socketProvider.getCrypto(selection.providerId))
  if (!(await run(crypto.isLoggedIn()))) await run(crypto.login())
  const { providers } = await run(selection.socketProvider.info())
  const token = providers.find((one) => one.id === selection.providerId)
  const info: TokenInfo = token ?? { id: selection.providerId, name: selection.providerId, card: '', algorithms: [] }
  return tokenKey(crypto, info, selection.certificateId, selection.privateKeyId, run)
}
