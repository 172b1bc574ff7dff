import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that answers each line with a line, in order, and lives as long as this process: starting a JVM for every file would take minutes. */
export type LineProcess = {
  /**
   * @param patience after so many milliseconds without an answer the program is ended; the next question starts another
   * @throws Error when it ends before it answers
   */
  ask(line: string, patience?: number): Promise<string>
}

const running = new Map<string, LineProcess>()

/** One process per `name`, started at the first question. */
export function lineProcess(name: string, command: string, args: readonly string[]): LineProcess {
  const known = running.get(name)
  if (known) return known
  const started = start(name, command, args)
  running.set(name, started)
  return started
}

function start(name: string, command: string, args: readonly string[]): LineProcess {
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-4000)))
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line))
  child.on('close', () => {
    running.delete(name)
    for (const one of waiting.splice(0)) one.reject(new Error(`${name} ended: ${errors}`))
  })
  child.on('error', (error) => {
    for (const one of waiting.splice(0)) one.reject(error)
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return {
    ask: (line, patience) =>
      new Promise<string>((resolve, reject) => {
        const timer = patience === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), patience)
        const settle =
          <T>(act: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(timer)
            act(value)
          }
        waiting.push({ resolve: settle(resolve), reject: settle(reject) })
        child.stdin?.write(`${line}\n`)
      }),
  }
}
