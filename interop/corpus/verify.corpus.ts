import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectFiles } from '../../src/core/formats/collect-any.ts'
import type { Ports } from '../../src/core/ports.ts'
import { DEFAULT_POLICY } from '../../src/core/validation/policy.ts'
import type { FileReport } from '../../src/core/validation/report.ts'
import { validate } from '../../src/core/validation/validate.ts'
import { testEngine } from '../../src/testing/engines.ts'
import { fakeClock, testRandom } from '../../src/testing/ports.ts'
import { describeShared } from '../../src/testing/shared.ts'
import { EXPECTED, givenBy, isWrongAccept, type Given } from './expectations.ts'
import { DIFFERENCES, differenceOf } from './differences.ts'

type Item = Readonly<{ file: string; category: string; expected: Readonly<{ verdict: string }> }>
type Outcome = Readonly<{ file: string; verdict: string; given: Given; fits: boolean; ms: number }>

const AT = '2026-11-22T00:00:00Z'
/** What a person waits for one file at most, in milliseconds. */
const LIMIT = 5000

const ports: Ports = { engine: testEngine, clock: fakeClock(AT), random: testRandom }

async function verify(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<FileReport> {
  const facts = await collectFiles([{ name, blob: new Blob([bytes]) }], ports)
  const [report] = validate(facts, DEFAULT_POLICY, new Date(AT)).files
  if (!report) throw new Error(`${name}: no report`)
  return report
}

function printTable(outcomes: readonly Outcome[]): void {
  const words: readonly Given[] = ['accept', 'reject', 'undetermined', 'not-checked', 'no-signature', 'unreadable']
  const verdicts = [...new Set(outcomes.map(({ verdict }) => verdict))].toSorted()
  const line = (first: string, cells: readonly (string | number)[]): string =>
    first.padEnd(34) + cells.map((cell) => String(cell).padStart(13)).join('')
  const rows = verdicts.map((verdict) =>
    line(
      verdict,
      words.map((word) => outcomes.filter((o) => o.verdict === verdict && o.given === word).length || '.'),
    ),
  )
  const wrong = outcomes.filter(({ verdict, given }) => isWrongAccept(verdict, given))
  const different = outcomes.filter(({ fits }) => !fits)
  console.log(
    [
      line('expected \\ given', words),
      ...rows,
      `files: ${outcomes.length}   wrong accepts: ${wrong.length}   other differences: ${different.length}`,
      ...different.map(
        ({ file, verdict, given }) =>
          `  ${file}: ${verdict}, got ${given}: ${differenceOf(file, given) ?? 'UNEXPLAINED'}`,
      ),
      `slowest: ${outcomes
        .toSorted((a, b) => b.ms - a.ms)
        .slice(0, 3)
        .map(({ file, ms }) => `${basename(file)} ${Math.round(ms)} ms`)
        .join(', ')}`,
    ].join('\n'),
  )
}

describeShared('acceptance files', (folder) => {
  const items = JSON.parse(readFileSync(`${folder}/corpus/manifest.json`, 'utf8')) as readonly Item[]
  const outcomes: Outcome[] = []
  afterAll(() => printTable(outcomes))

  test.each(items.map((item) => [item.file, item] as const))('%s', async (file, { expected: { verdict } }) => {
    const expectation = EXPECTED[verdict]
    if (!expectation) throw new Error(`no row for the verdict ${verdict}`)
    const bytes = Uint8Array.from(readFileSync(`${folder}/corpus/${file}`))
    const start = performance.now()
    const report = await verify(basename(file), bytes)
    const ms = performance.now() - start
    const given = givenBy(report)
    const fits = expectation.given.includes(given) && (expectation.also?.(report) ?? true)
    outcomes.push({ file, verdict, given, fits, ms })
    expect(isWrongAccept(verdict, given), `${verdict} shown as good`).toBe(false)
    expect(report.result, 'nothing is trusted here').not.toBe('TOTAL-PASSED')
    expect(ms).toBeLessThan(LIMIT)
    if (fits) expect(DIFFERENCES[file], 'an explained difference that is none any more').toBeUndefined()
    else expect(differenceOf(file, given), `${verdict}, got ${given}: ${JSON.stringify(report, null, 1)}`).toBeDefined()
  })
})
