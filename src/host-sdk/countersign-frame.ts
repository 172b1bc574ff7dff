import { createSigner, type Signer, type SignOptions, type SignResult, type VerifyResult } from './create-signer.ts'
import type { HostPorts } from './host-ports.ts'
import type { ThemeMode } from './protocol/messages.ts'

// Where there is no DOM (server-side rendering) the class exists and is never constructed.
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * `<countersign-frame src="https://sign.example/embed/" locale="uk" theme="auto">`. Events bubble as
 * `countersign-ready`, `countersign-signed` …; `host` is a property, `fit` an attribute without a value.
 */
export class CountersignFrame extends Base {
  static readonly observedAttributes = ['locale', 'theme', 'accent']
  #host: HostPorts = {}
  #signer: Signer | undefined

  get host(): HostPorts {
    return this.#host
  }

  /** A frame that is there already is placed anew, since what a host can do is said in the handshake. */
  set host(host: HostPorts) {
    this.#host = host
    if (!this.#signer) return
    this.disconnectedCallback()
    this.connectedCallback()
  }

  connectedCallback(): void {
    const src = this.getAttribute('src')
    if (!src || this.#signer) return
    this.style.display ||= 'block'
    const locale = this.getAttribute('locale')
    this.#signer = createSigner({
      src,
      container: this,
      host: this.#host,
      fit: this.hasAttribute('fit'),
      theme: this.#theme(),
      ...(locale ? { locale } : {}),
    })
  }

  disconnectedCallback(): void {
    this.#signer?.destroy()
    this.#signer = undefined
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    if (name === 'locale' && value) this.#signer?.setLocale(value)
    else this.#signer?.setTheme(this.#theme())
  }

  #theme(): { mode: ThemeMode; accent?: string } {
    const accent = this.getAttribute('accent')
    return { mode: (this.getAttribute('theme') as ThemeMode | null) ?? 'auto', ...(accent ? { accent } : {}) }
  }

  #connected(): Signer {
    if (!this.#signer) throw new TypeError('countersign-frame: needs `src` and to be in the document')
    return this.#signer
  }

  get ready(): Signer['ready'] {
    return this.#connected().ready
  }

  async sign(options: SignOptions): Promise<SignResult> {
    return this.#connected().sign(options)
  }

  async verify(document: Blob | ArrayBuffer, name?: string): Promise<VerifyResult> {
    return this.#connected().verify(document, name)
  }
}

/** Defines `<countersign-frame>`; safe to call twice, and where there is no DOM. */
export function defineCountersignFrame(name = 'countersign-frame'): void {
  if (globalThis.customElements && !customElements.get(name)) customElements.define(name, CountersignFrame)
}
