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

type PolicyHolder = { featurePolicy?: { allowsFeature(name: string): boolean; features(): readonly string[] } }

/**
 * False: this is a frame, and the page around it did not delegate the permission to it (`allow="loopback-network"`). The permission's
 * own state is `denied` then too, but nothing in the address bar could change it. Browsers that do not tell count as delegated.
 */
export function loopbackDelegated(): boolean {
  const policy = (document as PolicyHolder).featurePolicy
  const names = ['loopback-network', 'local-network-access'].filter((name) => policy?.features().includes(name))
  return names.length === 0 || names.some((name) => policy?.allowsFeature(name))
}
