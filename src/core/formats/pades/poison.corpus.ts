import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeShared } from '../../../testing/shared.ts'
import { inspectPades } from './inspect.ts'

type CorpusEntry = Readonly<{ file: string; category: string }>

/** Made so that something is shown that was not signed: a signer must hear of each. */
const POISONED = [
  'dss__pdf-spoofing-attack.pdf',
  'dss__pades-spoofing-replaced-reason.pdf',
  'dss__replace.pdf',
  'dss__signature-referenced-from-multiple-fields.pdf',
  'dss__siwa.pdf',
  'pyHanko__extensions-indirect-not-all-paths.pdf',
  'pyHanko__form-update-ap-indirect-sneaky-trailer.pdf',
  'pyHanko__form-update-override-appearance-stream-sneaky.pdf',
  'pyHanko__one-byterange.pdf',
  'pyHanko__tail-uncovered.pdf',
]

describeShared('what a signer hears of the acceptance files', (shared) => {
  const folder = join(shared, 'corpus')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as CorpusEntry[]
  const files = manifest.filter(({ category }) => category.endsWith('-pdf')).map(({ file }) => file)
  const table: string[] = []
  afterAll(() => {
    process.stdout.write(`${['', 'file | refused | findings', ...table].join('\n')}\n`)
  })

  // The runner's own limit of 5 s is that of the product.
  test.each(files)('%s has a report or a code', async (file) => {
    const blob = new Blob([readFileSync(join(folder, file))])
    const { refused, warnings, pdf } = await inspectPades({ name: file, blob }, {})
    table.push(
      [file, refused?.code ?? '', warnings.map(({ id, evidence }) => `${id} (${evidence ?? ''})`).join(', ')].join(
        ' | ',
      ),
    )
    expect(refused?.code ?? 'FORMAT_').toMatch(/^FORMAT_/)
    if (!refused) expect(pdf?.pages).toBeGreaterThan(0)
    for (const { id } of warnings) expect(id).toMatch(/^[a-z-]+$/)
    const name = file.split('/').at(-1) ?? ''
    if (POISONED.includes(name)) {
      expect(refused !== null || warnings.some(({ severity }) => severity === 'warning')).toBe(true)
    }
  })
})
