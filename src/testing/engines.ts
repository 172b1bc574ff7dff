import type { Engine } from '../core/ports.ts'
import { browserEngine } from '../platform/engine.ts'

/** The place's own WebCrypto: of Chromium or of Node, the same code. */
export const testEngine: Engine = { ...browserEngine, id: 'global' }
