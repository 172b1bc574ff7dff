// The same files before pyHanko, DSS and us: signed files that others made (categories 1, 2, 3, 5 and 7) and ours. Every difference has
// its reason in corpus/differences.ts; one without a reason fails, and so does a reason without a difference.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectFiles } from '../src/core/formats/collect-any.ts'
import { DEFAULT_POLICY } from '../src/core/validation/policy.ts'
import type { FileReport } from '../src/core/validation/report.ts'
import { validate } from '../src/core/validation/validate.ts'
import { makeContracts } from '../src/testing/contracts.ts'
import { describeShared } from '../src/testing/shared.ts'
import { judgedOtherwise } from './corpus/differences.ts'
import { givenBy, type Given } from './corpus/expectations.ts'
import { dssGives, pyhankoGives } from './corpus/judgements.ts'
import { askDss } from './judges/dss.ts'
import { askPyhanko } from './judges/pyhanko.ts'
import { describeWith } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { ports } from './support/sign.ts'

/** What hostile files do to others is not our matter. */
const PATIENCE = 30_000

type Row = Readonly<{ file: string; ours: Given; pyhanko: Given | '-'; dss: Given }>

async function ours(path: string): Promise<FileReport> {
  const blob = new Blob([readFileSync(path)])
  const facts = await collectFiles([{ name: basename(path), blob }], ports)
  const [report] = validate(facts, DEFAULT_POLICY, new Date()).files
  if (!report) throw new Error('no report')
  return report
}

/** A judge that crashed or was ended could not read the file. */
async function asked<T>(question: Promise<T>, gives: (answer: T) => Given): Promise<Given> {
  try {
    return gives(await question)
  } catch {
    return 'unreadable'
  }
}

async function judged(file: string, path: string): Promise<Row> {
  const one: Case = { file: path, trusted: [], patience: PATIENCE }
  return {
    file,
    ours: givenBy(await ours(path)),
    // pyHanko knows no containers.
    pyhanko: file.startsWith('7-') ? '-' : await asked(askPyhanko(one), pyhankoGives),
    dss: await asked(askDss(one), dssGives),
  }
}

function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(i === 0 ? 62 : 14)).join('')
  const words = ({ file, ours: own, pyhanko, dss }: Row): string[] => [file, own, pyhanko, dss]
  const same = rows.filter((row) => row.ours === row.dss && (row.pyhanko === '-' || row.ours === row.pyhanko))
  const last = `${rows.length} files, ${same.length} judged alike by all; accepted by us and refused by another: ${
    rows.filter((row) => row.ours === 'accept' && [row.pyhanko, row.dss].includes('reject')).length
  }`
  return [line(['file', 'ours', 'pyHanko', 'DSS']), ...rows.map((row) => line(words(row))), last].join('\n')
}

describeWith(['pyhanko', 'dss'], 'the same files before pyHanko, DSS and us', () => {
  const rows: Row[] = []
  afterAll(() => console.log(table(rows)))

  function check(row: Row): void {
    rows.push(row)
    const reasons = judgedOtherwise(row.file, row.ours)
    const found = { ours: row.ours, pyhanko: row.pyhanko, dss: row.dss }
    const explained = (same: boolean, reason: string | undefined, judge: string): void => {
      if (same) expect(reason, `${judge}: an explained difference that is none any more`).toBeUndefined()
      else expect(reason, `${judge} says otherwise, unexplained: ${JSON.stringify(found)}`).toBeDefined()
    }
    explained(row.pyhanko === '-' || row.pyhanko === row.ours, reasons.pyhanko, 'pyHanko')
    explained(row.dss === row.ours, reasons.dss, 'DSS')
  }

  const folder = resolve('.cache/interop/compare')
  beforeAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const { intact, filled, forged, shadow, longer } = await makeContracts()
    for (const [name, bytes] of Object.entries({ intact, filled, forged, shadow, longer })) {
      writeFileSync(join(folder, `${name}.pdf`), bytes)
    }
  })

  test.each(['intact', 'filled', 'forged', 'shadow', 'longer'])('own %s.pdf', async (name) => {
    check(await judged(`own/${name}.pdf`, join(folder, `${name}.pdf`)))
  })

  describeShared('files that others made', (shared) => {
    const manifest = JSON.parse(readFileSync(`${shared}/corpus/manifest.json`, 'utf8')) as readonly { file: string }[]
    const files = manifest.map(({ file }) => file).filter((file) => /^[12357]-/.test(file))
    test.each(files)('%s', async (file) => check(await judged(file, `${shared}/corpus/${file}`)))
  })
})
