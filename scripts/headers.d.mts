export type HeaderConfig = {
  embedders?: readonly string[]
  tsa?: readonly string[]
  relay?: string | null
  storage?: readonly string[]
}
export declare const FRAME_PAGES: readonly string[]
export declare const CRM_PAGES: readonly string[]
export declare const WINDOW_PAGES: readonly string[]
export declare const COMMON_HEADERS: Readonly<Record<string, string>>
export declare function pageOf(path: string): string
export declare function contentSecurityPolicy(config?: HeaderConfig, page?: string): string
export declare function cacheControl(path: string): string
export declare function headersFor(path: string, config?: HeaderConfig): Record<string, string>
