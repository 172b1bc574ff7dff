import type { Plugin } from 'vite'

export function groups(): { name: string; priority: number; test: (id: string) => boolean }[]
export function preloads(wanted: Record<string, readonly string[]>): Plugin
export function compileHints(): Plugin
