import { resolve } from 'node:path'
import { lineProcess } from './line-process.ts'
import { toolPath } from './tools.ts'

/** What the XML schema of ETSI TS 119 102-2 (v1.4.1) finds wrong in a validation report; needs 'pyhanko' (lxml) and 'dss' (the schemas). */
export async function schemaErrors(xml: string): Promise<readonly string[]> {
  const schemas = resolve(toolPath('dss'), '../lib')
  const python = lineProcess('report-schema', toolPath('pyhanko'), [resolve('interop/judges/schema.py'), schemas])
  return (JSON.parse(await python.ask(JSON.stringify({ xml }))) as { errors: string[] }).errors
}
