// The envelope's whole story as people live it in the built page, before the judges: a key of Chromium's storage, a code on a phone, a key
// on a SoftHSM token, check boxes, a refusal and a new round, the visa. What is judged are the very bytes that each page gave to be
// downloaded. The story itself, with what each page must show, is e2e's own.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellWholeStory, type Kept } from '../e2e/envelope/whole.ts'
import { makeRig, missing, PIN, startBridge } from '../e2e/token/rig.mjs'
import { signatoryWithToken } from '../e2e/tokens/person.ts'
import { chromiumLaunch } from '../scripts/chromium.mjs'
import { serveApp } from '../scripts/serve.mjs'
import { dss } from './judges/dss.ts'
import { pdfsig } from './judges/poppler.ts'
import { pyhanko } from './judges/pyhanko.ts'
import { mutoolDraw, qpdfCheck } from './judges/qpdf.ts'
import { describeWith } from './judges/tools.ts'
import type { Case } from './judges/verdict.ts'
import { findText, flipByte } from './support/tamper.ts'

const folder = resolve('.cache/interop/envelope-page')
const at = (name: string): string => join(folder, name)

/** pyHanko's own order of what changed after a signature; beyond these is more than form filling. */
const LEVELS = ['NONE', 'LTA_UPDATES', 'FORM_FILLING']
/** Fields were placed on the first page, and the record stands behind the contract's three. */
const WITH_FIELDS = ['1', '4']
/** What certificates without a CA's services lack, and that a page with a filled field looks different. */
const EXPECTED = /^(BBB_XCV_(AIA|REVOC)_PRES_ANS|BBB_FC_IVDBSFR_ANS)/

type Step = Pick<Kept, 'name' | 'signatures' | 'before'> & Readonly<{ path: string; bytes: Uint8Array }>

/** What the token needs is skipped by name where it is missing, except in CI, where that is a failure. */
const lacks = missing()
const skipped = lacks.length > 0 && !process.env['CI']
if (skipped) test.skip(`An envelope signed in the built page (needs ${lacks.join(', ')})`, () => undefined)
const describeHere: typeof describeWith = skipped ? () => undefined : describeWith

describeHere(['pdfsig', 'pyhanko', 'dss', 'qpdf', 'mutool'], 'An envelope signed in the built page', () => {
  const steps: Step[] = []
  const trusted: string[] = []
  const open: (() => unknown)[] = []

  beforeAll(async () => {
    expect(existsSync('dist/app/index.html'), 'npm run build makes dist/app').toBe(true)
    expect(lacks, 'what the token needs').toEqual([])
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const site = await serveApp({ root: resolve('dist/app') })
    open.push(() => site.close())
    const browser = await chromium.launch(chromiumLaunch())
    open.push(() => browser.close())
    const rig = makeRig()
    open.push(() => rig.remove())
    const bridge = await startBridge(rig)
    open.push(() => bridge.stop())
    await bridge.order({ set: { pin: PIN } })
    const told = await tellWholeStory({
      browser,
      baseURL: `${site.origin}/`,
      third: signatoryWithToken(rig, site.origin, 'Olena Token RSA'),
      onKept({ name, file, before, signatures }) {
        const path = at(`${steps.length}-${name}.pdf`)
        copyFileSync(file.path, path)
        steps.push({ name, path, bytes: file.bytes, before, signatures })
      },
    })
    expect(told.complaints).toEqual([])
    for (const pem of told.certificates) {
      trusted.push(at(`trusted-${trusted.length}.pem`))
      writeFileSync(trusted.at(-1) ?? '', pem)
    }
    // The one on the token is issued by a CA: it is trusted as it is, so that nobody looks for revocation data that was never made.
    trusted.push(at('token.pem'))
    copyFileSync(join(rig.dir, 'rsa.pem'), at('token.pem'))
  }, 600_000)
  afterAll(async () => {
    for (const close of open.toReversed()) await close()
  })

  const caseOf = (file: string): Case => ({ file, trusted })
  const tamperedTwin = (path: string): string =>
    flipByte(path, path.replace('.pdf', '.tampered.pdf'), findText(path, '/MediaBox') + 1)

  test('the story has its seven files, each the beginning of the next, sound for qpdf and drawn by MuPDF', () => {
    expect(steps.map(({ name }) => name)).toEqual([
      'prepared',
      'certificate',
      'simple',
      'declined',
      'new-round',
      'third',
      'visa',
    ])
    for (const { name, path, bytes, before } of steps) {
      expect(bytes.length, name).toBeGreaterThan(before.length)
      expect(Buffer.from(bytes).subarray(0, before.length).equals(Buffer.from(before)), name).toBe(true)
      expect(qpdfCheck(path), name).toMatchObject({ clean: true })
      expect(mutoolDraw(path), name).toEqual({ drawn: true, complaints: '' })
    }
  })

  test('pdfsig finds every signature valid after every step, and none in a tampered twin', () => {
    for (const { name, path, signatures } of steps) {
      const verdict = pdfsig(caseOf(path))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, signatures })
      expect(pdfsig(caseOf(tamperedTwin(path))), name).toMatchObject({ intact: false })
    }
  })

  test('pyHanko accepts every signature after every step and sees at most form filling; it refuses a tampered twin', async () => {
    for (const { name, path, signatures } of steps) {
      const verdict = await pyhanko(caseOf(path))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
      for (const each of verdict.answer.signatures) {
        expect(LEVELS, `${name} ${each.field}: ${verdict.why}`).toContain(each.modifications)
        expect(each.docmdpOk, `${name} ${each.field}`).toBe(true)
      }
      expect(await pyhanko(caseOf(tamperedTwin(path))), name).toMatchObject({ accepts: false })
    }
  })

  test('DSS reports no undefined change, no page added or missing, no overlap; a difference only where fields were filled', async () => {
    let differences = 0
    for (const { name, path, signatures } of steps) {
      const verdict = await dss(caseOf(path))
      expect(verdict, `${name}: ${verdict.why}`).toMatchObject({ intact: true, accepts: true, signatures })
      for (const { pdf, errors, warnings } of verdict.answer.signatures) {
        const complaints = [...errors.filter((text) => !text.startsWith('ARCH_LTAIVMP')), ...warnings]
        expect(
          complaints.filter((text) => !EXPECTED.test(text)),
          `${name}: ${verdict.why}`,
        ).toEqual([])
        expect(pdf?.undefinedChanges, `${name}: ${verdict.why}`).toBe(false)
        expect(pdf?.pageDifference, name).toEqual([])
        expect(pdf?.annotationOverlap, name).toEqual([])
        for (const page of pdf?.visualDifference ?? []) expect(WITH_FIELDS, name).toContain(page)
        differences += pdf?.visualDifference.length ?? 0
      }
      expect(await dss(caseOf(tamperedTwin(path))), name).toMatchObject({ accepts: false })
    }
    expect(differences, 'DSS did look at the pages').toBeGreaterThan(0)
  })
})
