import type { IncomingMessage, ServerResponse } from 'node:http'

export declare function fileStore(): (request: IncomingMessage, response: ServerResponse, path: string) => boolean
