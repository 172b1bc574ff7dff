import { checks } from './checks.ts'
import { common } from './common.ts'
import { compare } from './compare.ts'
import { consent } from './consent.ts'
import { envelope } from './envelope.ts'
import { errors } from './errors.ts'
import { hosted } from './hosted.ts'
import { keyring } from './keyring.ts'
import { keys } from './keys.ts'
import { link } from './link.ts'
import { preparing } from './preparing.ts'
import { sign } from './sign.ts'
import { verify } from './verify.ts'
import { viewer } from './viewer.ts'

/** The shape of every language: a new page adds its file here and in each of them. */
export const english = {
  checks,
  common,
  compare,
  consent,
  envelope,
  errors,
  hosted,
  keyring,
  keys,
  link,
  preparing,
  sign,
  verify,
  viewer,
}
