#!/usr/bin/env node
import { isAbort, SignError } from '../core/errors.ts'
import { parseArguments } from './arguments.ts'
import { processOutput, type Output } from './output.ts'
import { linkCommand, unsealCommand } from './link.ts'
import { nodePorts } from './ports.ts'
import { signCommand } from './sign.ts'
import { USAGE, UsageError } from './usage.ts'
import { verifyCommand } from './verify.ts'

/** From package.json, by the build. */
declare const __VERSION__: string

/** @returns exit status: 0, 1, 2; 130 when interrupted */
async function main(argv: readonly string[], output: Output, signal: AbortSignal): Promise<number> {
  try {
    const args = parseArguments(argv)
    switch (args.command) {
      case 'help':
        for (const line of USAGE.trimEnd().split('\n')) output.line(line)
        return 0
      case 'version':
        output.line(__VERSION__)
        return 0
      case 'sign':
        return await signCommand(args, nodePorts, output, signal)
      case 'link':
        return await linkCommand(args, nodePorts, output, signal)
      case 'unseal':
        return await unsealCommand(args, nodePorts, output, signal)
      case 'verify':
        return await verifyCommand(args, nodePorts, output, signal)
    }
  } catch (error) {
    return report(error, output)
  }
}

function report(error: unknown, output: Output): number {
  if (isAbort(error)) {
    output.note('countersign: interrupted; nothing more was written')
    return 130
  }
  if (error instanceof UsageError) {
    output.note(`countersign: ${error.message}`)
    output.note('See countersign --help')
  } else if (error instanceof SignError) output.note(`countersign: ${error.code}: ${error.message}`)
  else output.note(`countersign: INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return 2
}

// Node 20 calls file-backed Blobs and Ed25519 experimental, on standard error; nothing else is silenced.
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`)
})

const controller = new AbortController()
process.once('SIGINT', () => controller.abort())
process.once('SIGTERM', () => controller.abort())
process.exitCode = await main(process.argv.slice(2), processOutput(), controller.signal)
