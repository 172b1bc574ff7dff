/** The wire between a host page and the signer's frame. Imports nothing, so that both ends can share it. */

/** Highest first. A host and a frame agree on the highest version that both know. */
export const PROTOCOL_VERSIONS = [1] as const
