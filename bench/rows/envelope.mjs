// An envelope: what it costs to know its state, and whether the last act costs what the first did.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractOf, folder } from '../inputs.mjs'
import { bar, beside, call, nameOf, rounds, withPage } from '../measure.mjs'
import { median, ratio } from '../statistics.mjs'

const SIGNATORIES = 13
const PREPARED = 'envelope-0.pdf'
const TWELVE = 'envelope-12.pdf'

/** Made by the product's worker, then read from the disk as any file is. @returns paths */
function envelopes(run) {
  const path = contractOf(100, 8)
  return withPage(run, [path], async (page) => {
    const made = []
    for (const [name, signed] of [
      [PREPARED, 0],
      [TWELVE, SIGNATORIES - 1],
    ]) {
      const state = await call(page, 'makeEnvelope', nameOf(path), SIGNATORIES, signed, name)
      const sound = JSON.stringify(['running', [`s${signed + 1}`], [], signed + 1])
      if (state !== sound) throw new Error(`the envelope is not sound: ${state}`)
      made.push(join(folder, name))
      writeFileSync(made.at(-1), Buffer.from(await call(page, 'take', name), 'base64'))
    }
    return made
  })
}

/**
 * The bar is over verifying the last signature alone, by bench/page/signatures.worker.ts: all that judging this one needs and nothing that
 * belongs to the other twelve. Nothing follows it, so that no revision has to be compared for it; and it alone is digested in one piece by
 * WebCrypto. To know the state, thirteen signatures are verified instead, and each revision's changes. The rows beside it say what the same
 * costs against verifying the thirteen signatures and nothing else (no opening costs less), the whole file (as the verify page does), and reading
 * and hashing it once.
 */
async function opening(run, paths) {
  return withPage(run, paths, async (page, browser) => {
    const taken = await rounds(run.count, browser, {
      hash: () => call(page, 'hash', TWELVE),
      last: () => call(page, 'verifySignatures', TWELVE, 'last'),
      every: () => call(page, 'verifySignatures', TWELVE, 'every'),
      whole: () => call(page, 'validate', TWELVE),
      open: () => call(page, 'openEnvelope', TWELVE),
    })
    const ms = (one) => `${median(one.cpu).toFixed(1)} ms`
    const { hash, last, every, whole, open } = taken
    const also = (row, one, other) => {
      const { median: value, noise } = ratio(one.cpu, other.cpu)
      return beside(`${row} (${ms(one)} over ${ms(other)})`, value, noise, '×')
    }
    const { median: value, noise } = ratio(open.cpu, last.cpu)
    return [
      bar(
        `opening 100 pages, 12 signatories and the preparer (${ms(open)}), over its last signature (${ms(last)})`,
        value,
        1.5,
        noise,
        '×',
      ),
      also('its 13 signatures and nothing else, over the last', every, last),
      also('opening it, over its 13 signatures and nothing else', open, every),
      also('opening it, over verifying the whole file', open, whole),
      also('opening it, over reading and hashing it once', open, hash),
    ]
  })
}

/** The same act on the same document: laid out, signed and put in, first behind no other signatory, then behind twelve. */
async function acts(run, paths) {
  return withPage(run, paths, async (page, browser) => {
    const after = () => call(page, 'clearOutbox')
    const taken = await rounds(run.count, browser, {
      first: () => call(page, 'act', PREPARED, 1),
      last: () => call(page, 'act', TWELVE, SIGNATORIES),
      firstWhole: { run: () => call(page, 'productAct', PREPARED, 1), after },
      lastWhole: { run: () => call(page, 'productAct', TWELVE, SIGNATORIES), after },
    })
    const { first, last, firstWhole, lastWhole } = taken
    const told = (late, early) =>
      `(${median(late.cpu).toFixed(1)} ms) over the first (${median(early.cpu).toFixed(1)} ms)`
    const alone = ratio(last.cpu, first.cpu)
    const whole = ratio(lastWhole.cpu, firstWhole.cpu)
    return [
      bar(`the 13th act ${told(last, first)}`, alone.median, 1.5, alone.noise, '×'),
      beside(
        `the same with the file read before and after ${told(lastWhole, firstWhole)}`,
        whole.median,
        whole.noise,
        '×',
      ),
    ]
  })
}

export const ENVELOPE = {
  async envelope(run) {
    const paths = await envelopes(run)
    return [...(await opening(run, paths)), ...(await acts(run, paths))]
  },
}
