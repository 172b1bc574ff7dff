export declare const root: string
export declare function build(name: string, force?: boolean): boolean
export declare function buildAll(force?: boolean): string[]
