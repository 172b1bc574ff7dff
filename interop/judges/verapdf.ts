import { resolve } from 'node:path'
import { lineProcess } from './line-process.ts'
import { toolPath } from './tools.ts'

export type ArchiveAnswer = {
  /** '1b', '2b' …: what was checked. */
  flavour: string
  compliant: boolean
  /** '6.3.4-1 and what it asks', clause and test number of the profile. */
  failed: string[]
}

/** veraPDF's word on a file, for the part of PDF/A that it claims or for one that is named. One JVM for all questions. */
export async function verapdf(file: string, flavour = 'auto'): Promise<ArchiveAnswer> {
  const classpath = `${toolPath('verapdf')}:${resolve('.cache/interop/verapdf/lib')}/*`
  const java = lineProcess('verapdf', 'java', ['-XX:+UseSerialGC', '-Xmx1g', '-cp', classpath, 'interop.Archive'])
  const [found = '', compliant, ...failed] = (await java.ask(`${flavour}\t${resolve(file)}`)).split('\t')
  if (found === 'error') throw new Error(`veraPDF: ${String(compliant)}`)
  return { flavour: found, compliant: compliant === 'true', failed: failed.filter((each) => each !== '') }
}
