import type { HeaderConfig } from './headers.mjs'
export declare function renderHeaders(config: HeaderConfig, files: readonly string[]): Record<string, string>
