import type { IncomingMessage, ServerResponse } from 'node:http'

export type Served = { origin: string; close(): Promise<void> }
export declare function serve(options: {
  root: string
  host: string
  port?: number
  headers?: (path: string) => Record<string, string>
  overrides?: Record<string, () => string>
  handle?: (request: IncomingMessage, response: ServerResponse, path: string) => boolean
}): Promise<Served>
export declare function serveApp(options: {
  root: string
  host?: string
  port?: number
  embedders?: readonly string[]
  config?: Readonly<Record<string, unknown>>
}): Promise<Served>
