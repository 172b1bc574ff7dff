export type Rig = {
  dir: string
  env: Record<string, string>
  module: string
  /** PEM of the CA that issued the token's certificates. */
  caFile: string
  /** A home whose NSS database trusts the bridge's TLS certificate. */
  home: string
  remove(): void
}
export type Fault =
  null | 'pin-locked' | 'removed-while-signing' | 'hang' | 'user-declines' | 'bad-signature' | 'wrong-length'
export type Order =
  | { set: { approve?: boolean | null; pin?: string | null; fault?: Fault } }
  | { insert: true }
  | { remove: true }
  | { logout: true }
  | { forget: true }
export type Bridge = {
  port: number
  events: Record<string, unknown>[]
  next(kind: string): Promise<unknown>
  order(message: Order): Promise<void>
  stop(): Promise<unknown>
}
export declare const PIN: string
export declare function missing(): string[]
export declare function makeRig(): Rig
export declare function startBridge(rig: Rig, options?: object): Promise<Bridge>
