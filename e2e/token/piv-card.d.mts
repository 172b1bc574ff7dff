export type PivSlotContent = { pem: string; key: string; gzip?: boolean }
export type PivCard = {
  state: { tries: number; verified: boolean; signatures: number }
  transmit(command: Uint8Array): Uint8Array
  atr: Uint8Array
}
export declare function makeCard(
  slots: Record<number, PivSlotContent>,
  options?: { pin?: string; tries?: number },
): PivCard
export declare function insertIntoVpcd(card: PivCard, port?: number): Promise<() => void>
