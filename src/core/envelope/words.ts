import type { EnclosedState } from './check-enclosed.ts'
import type { EnvelopeLanguage, SignatoryRole, SignatureKind } from './manifest.ts'

/** What the document itself says: the record is part of it, so its words are those of the document's language, not the page's. */
export type RecordWords = Readonly<{
  title: string
  document: string
  /** The documents that a cover sheet stands for. */
  encloses: string
  digest: string
  envelope: string
  preparedBy: string
  deadline: string
  /** Above the QR. */
  verify: string
  roles: Readonly<Record<SignatoryRole, string>>
  kinds: Readonly<Record<SignatureKind, string>>
  /** Whether an enclosed document was at hand and is the one that was meant. */
  states: Readonly<Record<EnclosedState, string>>
  /** Of the file as it was before this signature. */
  fileBefore: string
  certificate: string
  /** Label of a simple signature: what it is not. */
  simpleNote: string
  notSigned: string
  declined: string
  copyOnly: string
}>

export const RECORD_WORDS: Readonly<Record<EnvelopeLanguage, RecordWords>> = {
  en: {
    title: 'Record of signatures',
    document: 'Document',
    encloses: 'Cover sheet for',
    digest: 'SHA-256 of the document',
    envelope: 'Envelope',
    preparedBy: 'Prepared by',
    deadline: 'To be signed before',
    verify: 'Verify',
    roles: { signer: 'signs', approver: 'approves', visa: 'final visa', copy: 'receives a copy' },
    kinds: {
      simple: 'simple signature (by a code)',
      unqualified: 'unqualified signature (by a certificate)',
      qualified: 'qualified signature (by what its certificate says)',
    },
    states: {
      attached: 'checked, attached',
      added: 'checked, beside',
      missing: 'not checked: not at hand',
      changed: 'CHANGED: not this document',
    },
    fileBefore: 'SHA-256 of the file as it was signed',
    certificate: 'SHA-256 of the certificate',
    simpleNote: 'Proves that someone who knew the code saw this file; whoever sent the code knew it too.',
    notSigned: 'not signed',
    declined: 'declined',
    copyOnly: 'does not sign',
  },
  ru: {
    title: 'Лист подписей',
    document: 'Документ',
    encloses: 'Титульный лист за',
    digest: 'SHA-256 документа',
    envelope: 'Конверт',
    preparedBy: 'Подготовил',
    deadline: 'Подписать до',
    verify: 'Проверить',
    roles: { signer: 'подписывает', approver: 'согласует', visa: 'итоговая виза', copy: 'получает копию' },
    kinds: {
      simple: 'простая подпись (по коду)',
      unqualified: 'неквалифицированная подпись (по сертификату)',
      qualified: 'квалифицированная подпись (по словам сертификата)',
    },
    states: {
      attached: 'проверен, вложен',
      added: 'проверен, рядом',
      missing: 'не проверен: нет под рукой',
      changed: 'ИЗМЕНЁН: это другой документ',
    },
    fileBefore: 'SHA-256 файла при подписании',
    certificate: 'SHA-256 сертификата',
    simpleNote: 'Доказывает, что этот файл видел тот, кто знал код; его знал и тот, кто код прислал.',
    notSigned: 'не подписано',
    declined: 'отказ',
    copyOnly: 'не подписывает',
  },
  uk: {
    title: 'Аркуш підписів',
    document: 'Документ',
    encloses: 'Титульний аркуш за',
    digest: 'SHA-256 документа',
    envelope: 'Конверт',
    preparedBy: 'Підготував',
    deadline: 'Підписати до',
    verify: 'Перевірити',
    roles: { signer: 'підписує', approver: 'погоджує', visa: 'підсумкова віза', copy: 'отримує копію' },
    kinds: {
      simple: 'простий підпис (за кодом)',
      unqualified: 'некваліфікований підпис (за сертифікатом)',
      qualified: 'кваліфікований підпис (за словами сертифіката)',
    },
    states: {
      attached: 'перевірено, вкладено',
      added: 'перевірено, поруч',
      missing: 'не перевірено: немає під рукою',
      changed: 'ЗМІНЕНО: це інший документ',
    },
    fileBefore: 'SHA-256 файлу під час підписання',
    certificate: 'SHA-256 сертифіката',
    simpleNote: 'Доводить, що цей файл бачив той, хто знав код; його знав і той, хто код надіслав.',
    notSigned: 'не підписано',
    declined: 'відмова',
    copyOnly: 'не підписує',
  },
}

/** '2026-03-01 10:15 UTC': the same for every reader. @param time ISO 8601 */
export const recordTime = (time: string): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** A signatory's own line of the record, written by his own revision. */
export function recordText(
  language: EnvelopeLanguage,
  line: Readonly<{
    name: string
    company: string | null
    kind: SignatureKind
    time: string
    /** Lower-case hex. */
    digest: string
    /** Upper-case hex; null: a simple signature. */
    fingerprint: string | null
  }>,
): string {
  const words = RECORD_WORDS[language]
  return [
    line.name,
    ...(line.company ? [line.company] : []),
    `${recordTime(line.time)} · ${words.kinds[line.kind]}`,
    `${words.fileBefore}: ${line.digest}`,
    line.fingerprint === null ? words.simpleNote : `${words.certificate}: ${line.fingerprint.toLowerCase()}`,
  ].join('\n')
}
