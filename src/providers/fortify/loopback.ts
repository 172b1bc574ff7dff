/**
 * Whether this page may talk to 127.0.0.1 at all. Chromium asks the person once per top-level site (Local Network
 * Access); in a frame the embedding page must delegate `loopback-network` as well.
 */
export type LoopbackState = 'granted' | 'denied' | 'prompt' | 'not-asked'

/** Never prompts. `not-asked`: this browser has no such permission, the connection is simply tried. */
export async function loopbackState(): Promise<LoopbackState> {
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      const status = await navigator.permissions.query({ name: name as PermissionName })
      return status.state
    } catch {
      // An unknown permission name throws TypeError: try the older one.
    }
  }
  return 'not-asked'
}
