// What is measured and the bar of each row, in groups that can be asked for by name: `npm run bench -- signing memory`. A ratio is CPU time
// over reading and hashing the same file once, in the same browser and run. A new row is a `bar` or `floor` (measure.mjs) in a group of
// rows/; a function that runs in the page stands in page/main.ts.
import { FRAME } from './rows/frame.mjs'
import { KEYS } from './rows/keys.mjs'
import { SIGNING } from './rows/signing.mjs'
import { VERIFICATION } from './rows/verification.mjs'
import { ENVELOPE } from './rows/envelope.mjs'

/** By name: `(run, files)` to the bars of the group. `run` is `{ url, count, withPeer }`, `files` the paths of inputs.mjs. */
export const GROUPS = { ...SIGNING, ...VERIFICATION, ...ENVELOPE, ...KEYS, ...FRAME }
