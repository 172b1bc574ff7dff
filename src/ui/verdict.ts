import type { FileReport, SignatureReport } from '../core/validation/report.ts'
import type { Tone } from './components/notice.tsx'
import type { I18n } from './i18n/i18n.ts'

/** What a layman must know of a signature, in two sentences. `title` says it all; `meaning` says what to make of it. */
export type Verdict = Readonly<{ tone: Tone; title: string; meaning: string }>

const WORST: readonly Tone[] = ['bad', 'warn', 'idle', 'good']

export function signerName(i18n: I18n, signature: SignatureReport): string {
  const { signer } = signature
  return signer?.commonName ?? signer?.organization ?? signer?.subject ?? i18n.t('verify.unknownSigner')
}

/** 'on 3 March 2026' with how it is known left to the card. */
export function signedOn(i18n: I18n, signature: SignatureReport): string | null {
  const time = signature.provenTime ?? signature.claimedTime
  return time === undefined ? null : i18n.date(time)
}

const changedLater = ({ modifications }: SignatureReport) => modifications !== 'none' && modifications !== 'lta-updates'

function broken(i18n: I18n, signature: SignatureReport, name: string): Verdict {
  if (signature.subIndication === 'HASH_FAILURE') {
    return { tone: 'bad', title: i18n.t('verify.changedAfter', { name }), meaning: i18n.t('verify.changedAfterMeans') }
  }
  if (signature.subIndication === 'SIG_CRYPTO_FAILURE') {
    return { tone: 'bad', title: i18n.t('verify.forged', { name }), meaning: i18n.t('verify.forgedMeans') }
  }
  return { tone: 'bad', title: i18n.t('verify.notValid', { name }), meaning: subText(i18n, signature) }
}

function failed(i18n: I18n, signature: SignatureReport, name: string): Verdict {
  if (!signature.modificationsPermitted || signature.modifications === 'other') {
    return { tone: 'bad', title: i18n.t('verify.notPermitted', { name }), meaning: i18n.t('verify.notPermittedMeans') }
  }
  return { tone: 'bad', title: i18n.t('verify.notValid', { name }), meaning: subText(i18n, signature) }
}

/** Formats that are named and not read. */
const UNREAD_FORMATS: ReadonlySet<string> = new Set(['XAdES', 'OOXML', 'ODF'])

/** Of what was not read, or is not at hand, nobody can say what it covers, nor whether that was changed. */
export const isUnread = ({ format, integrity, subIndication }: SignatureReport): boolean =>
  integrity === 'unchecked' && (UNREAD_FORMATS.has(format) || subIndication === 'SIGNED_DATA_NOT_FOUND')

/** 'PAdES · B-T · ECDSA P-256 with SHA-256', as far as it is known. */
export function kindText(i18n: I18n, { format, level, algorithm }: SignatureReport): string {
  return [format, level, algorithm === 'unknown' ? null : algorithmText(i18n, algorithm)].filter(Boolean).join(' · ')
}

/** The report names it in English. */
export function algorithmText(i18n: I18n, algorithm: string): string {
  const [key = algorithm, digest] = algorithm.split(' with ')
  return digest === undefined ? algorithm : i18n.t('verify.algorithm', { key, digest })
}

function unchecked(i18n: I18n, signature: SignatureReport): Verdict {
  if (UNREAD_FORMATS.has(signature.format)) {
    return { tone: 'idle', title: i18n.t('verify.notChecked'), meaning: i18n.t('verify.formatNotChecked') }
  }
  if (signature.subIndication === 'SIGNED_DATA_NOT_FOUND') {
    return { tone: 'idle', title: i18n.t('verify.dataMissing'), meaning: i18n.t('verify.dataMissingMeans') }
  }
  return { tone: 'idle', title: i18n.t('verify.notChecked'), meaning: subText(i18n, signature) }
}

export function subText(i18n: I18n, { subIndication }: Pick<SignatureReport, 'subIndication'>): string {
  return subIndication ? i18n.t(`verify.sub_${subIndication}`) : i18n.t('verify.seeChecks')
}

/** Green only when everything holds: the bytes, the permission for every later change, the trust and a proven time. */
export function verdictOf(i18n: I18n, signature: SignatureReport): Verdict {
  const name = signerName(i18n, signature)
  if (signature.integrity === 'broken') return broken(i18n, signature, name)
  if (signature.indication === 'TOTAL-FAILED') return failed(i18n, signature, name)
  if (signature.integrity === 'unchecked') return unchecked(i18n, signature)
  const date = signedOn(i18n, signature)
  const since = i18n.t(changedLater(signature) ? 'verify.changedAsPermitted' : 'verify.nothingChanged')
  if (signature.indication === 'INDETERMINATE') {
    const title = signature.trust === 'trusted' ? signedBy(i18n, name, date) : i18n.t('verify.inTheNameOf', { name })
    return { tone: 'warn', title: `${title} ${since}`, meaning: subText(i18n, signature) }
  }
  const title = `${signedBy(i18n, name, date)} ${since}`
  if (signature.trust !== 'trusted')
    return { tone: 'warn', title, meaning: i18n.t('verify.sub_NO_CERTIFICATE_CHAIN_FOUND') }
  if (changedLater(signature)) return { tone: 'warn', title, meaning: i18n.t('verify.changesListed') }
  if (!signature.provenTime) return { tone: 'warn', title, meaning: i18n.t('verify.timeNotProven') }
  return { tone: 'good', title, meaning: i18n.t('verify.everythingHolds') }
}

function signedBy(i18n: I18n, name: string, date: string | null): string {
  return date === null ? i18n.t('verify.signedBy', { name }) : i18n.t('verify.signedByOn', { name, date })
}

/** A password would open it, and the one that was tried, if any, did not. */
export const isLocked = ({ code }: FileReport): boolean =>
  code === 'FORMAT_PASSWORD_REQUIRED' || code === 'FORMAT_PASSWORD_INCORRECT'

/** One sentence for the whole file: the worst of its signatures, all of them when they agree. */
export function fileVerdict(i18n: I18n, file: FileReport): Verdict {
  if (isLocked(file)) return { tone: 'idle', title: i18n.t('verify.locked'), meaning: i18n.t('verify.lockedMeans') }
  if (file.result === 'UNREADABLE') {
    const text = (file.code && i18n.lookup('errors', file.code)) || i18n.t('verify.unreadable')
    const [title = text, ...rest] = text.split('\n')
    return { tone: 'idle', title, meaning: rest.join(' ') }
  }
  if (file.signatures.length === 0) {
    return { tone: 'idle', title: i18n.t('verify.noSignature'), meaning: i18n.t('verify.noSignatureMeans') }
  }
  const verdicts = file.signatures.map((signature) => verdictOf(i18n, signature))
  const worst = WORST.map((tone) => verdicts.find((verdict) => verdict.tone === tone)).find((verdict) => verdict)
  if (!worst) return { tone: 'idle', title: i18n.t('verify.notChecked'), meaning: '' }
  if (verdicts.length === 1) return worst
  const alike = verdicts.every(({ tone }) => tone === worst.tone)
  if (!alike || worst.tone === 'bad' || worst.tone === 'idle') return worst
  const names = [...new Set(file.signatures.map((signature) => signerName(i18n, signature)))]
  const changed = file.signatures.some(changedLater)
  const since = i18n.t(changed ? 'verify.changedAsPermitted' : 'verify.nothingChanged')
  const trusted = file.signatures.every(({ trust }) => trust === 'trusted')
  const who = i18n.t(trusted ? 'verify.signedBy' : 'verify.inTheNameOf', { name: i18n.list(names) })
  return { ...worst, title: `${who} ${since}` }
}
