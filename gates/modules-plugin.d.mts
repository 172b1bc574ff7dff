import type { Plugin } from 'vite'
export declare function recordModules(inWorker?: boolean): Plugin
