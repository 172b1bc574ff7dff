import { run, toolPath } from './tools.ts'

export type QpdfCheck = { clean: boolean; readable: boolean; text: string }

/** `qpdf --check`: 0 is clean, 3 has warnings, 2 cannot be read. */
export function qpdfCheck(file: string, password?: string): QpdfCheck {
  const done = run(toolPath('qpdf'), ['--check', ...(password === undefined ? [] : [`--password=${password}`]), file])
  return { clean: done.status === 0, readable: done.status === 0 || done.status === 3, text: `${done.out}${done.err}` }
}

/** MuPDF draws every page to nowhere; anything it says on the way is a complaint. */
export function mutoolDraw(file: string, password?: string): { drawn: boolean; complaints: string } {
  const secret = password === undefined ? [] : ['-p', password]
  const done = run(toolPath('mutool'), ['draw', '-q', '-r', '20', '-F', 'pnm', '-o', '/dev/null', ...secret, file])
  const complaints = done.err
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('ICC support is not available'))
  return { drawn: done.status === 0, complaints: complaints.join('\n') }
}
