export function pageForStore(page: string, signer: string): string
export function archiveFiles(signer: string): Record<string, Uint8Array>
