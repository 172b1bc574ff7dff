import type { Plugin } from 'vite'
export declare function recordModules(): Plugin
export declare function forgetModules(): void
