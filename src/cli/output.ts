export type Output = Readonly<{
  /** Results, one line each: standard output. */
  line(text: string): void
  json(value: unknown): void
  /** Everything else, one line each: standard error. */
  note(text: string): void
}>

/** Names inside certificates and files are a stranger's words: no control character of theirs reaches a terminal, no line end forges a line. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')

export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever reads may stop early (`| head`): that must not end a batch between two documents.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  return {
    line: (text) => void process.stdout.write(`${printable(text)}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void process.stderr.write(`${printable(text)}\n`),
  }
}
