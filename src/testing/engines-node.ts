import { Crypto } from '@peculiar/webcrypto'
import type { Engine } from '../core/ports.ts'
import { testEngine } from './engines.ts'

/** A second WebCrypto that others wrote: what core does must not lean on one engine. Node only. */
export const peculiarEngine: Engine = { ...testEngine, id: 'peculiar', subtle: new Crypto().subtle }

export const nodeEngines: readonly Engine[] = [testEngine, peculiarEngine]
