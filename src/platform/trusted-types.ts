/** Trusted Types know no other maker of script URLs than this one: `trusted-types sign` in the CSP. */
type ScriptUrlPolicy = { createScriptURL(url: string): unknown }
type PolicyFactory = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy
}

let policy: ScriptUrlPolicy | null = null

/**
 * Makes a URL acceptable to `new Worker` and `serviceWorker.register` under `require-trusted-types-for 'script'`.
 *
 * @param url relative to the document or absolute; must be of our own origin
 * @throws TypeError for any other origin, or a scheme other than http(s).
 */
export function scriptUrl(url: string | URL): string {
  const factory = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes
  if (!factory) return sameOrigin(String(url))
  policy ??= factory.createPolicy('sign', { createScriptURL: sameOrigin })
  // A TrustedScriptURL: the sinks take it where their types say string.
  return policy.createScriptURL(String(url)) as string
}

function sameOrigin(url: string): string {
  const parsed = new URL(url, location.href)
  if (parsed.origin !== location.origin || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`a script of another origin is refused: ${parsed.origin}`)
  }
  return parsed.href
}
