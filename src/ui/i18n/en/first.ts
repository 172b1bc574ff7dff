import { common } from './common.ts'
import { hosted } from './hosted.ts'

export const first = { common, hosted }
