export declare function findChromium(): string | null
export declare function ensureChromium(): string
export declare function chromiumLaunch(): { executablePath?: string; args: string[] }
