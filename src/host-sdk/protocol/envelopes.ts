/** Envelopes over the wire: one file that several people sign in turn, and whose whole state is in the file. */
import type { WireSignedDocument } from './messages.ts'

export type EnvelopeRole = 'signer' | 'approver' | 'visa' | 'copy'
/** `simple`: a code that you give to the person; `unqualified`, `qualified`: a certificate of that kind. */
export type EnvelopeKind = 'simple' | 'unqualified' | 'qualified'

/** Somebody of your record, proposed to whoever prepares the envelope. */
export type EnvelopePerson = Readonly<{
  name: string
  company?: string
  emails?: readonly string[]
  role?: EnvelopeRole
  kind?: EnvelopeKind
}>

/** A field of your record that a box on the page may be bound to; `suggestion` is proposed to the signatory, never written for him. */
export type EnvelopeBinding = Readonly<{ name: string; label?: string; suggestion?: string }>

/** What the person who prepares finds filled in. */
export type EnvelopeProposal = Readonly<{
  title?: string
  message?: string
  /** ISO 8601. */
  deadline?: string
  preparer?: Readonly<{ name: string; email?: string }>
  people?: readonly EnvelopePerson[]
  bindings?: readonly EnvelopeBinding[]
  /**
   * Your people get the envelope's file and nothing else, as by a signing link: several documents are attached to it, and who has them
   * travel beside it is warned.
   */
  oneFile?: boolean
}>

/** That an envelope be prepared, or that it be shown to one who acts. */
export type WireEnvelopeAsk =
  | Readonly<{ kind: 'prepare'; proposal: EnvelopeProposal }>
  /** `signatory`: the id of one of its people; absent: whoever's turn it is chooses. */
  | Readonly<{ kind: 'act'; signatory?: string }>

export type EnvelopeAct = 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'returned'

/** One revision of the file, told as a step. Write each (envelope id, key) into your timeline once. */
export type EnvelopeStepSummary = Readonly<{
  key: string
  kind: 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'round' | 'refused' | 'foreign'
  role: EnvelopeRole | null
  /** Who did it, by name. */
  actor: string
  /** ISO 8601; null: nothing says when. */
  time: string | null
  timeProven: boolean
  /** Reason, new holder, or what nobody can explain. */
  detail: string | null
  /** What became true with it. */
  reached: readonly ('all-signed' | 'complete')[]
}>

/** A letter that the state of the file asks for. Send each (envelope id, key) once. */
export type EnvelopeNotice = Readonly<{
  key: string
  kind: string
  /** Id of the person it is for; null: whoever prepared the envelope. */
  signatory: string | null
  name: string
  emails: readonly string[]
  subject: string
  body: string
}>

/** The state of an envelope, read from nothing but its file: the same file gives the same state everywhere. */
export type EnvelopeSummary = Readonly<{
  /** Of the envelope, over all its rounds. */
  id: string
  round: number
  title: string
  status: 'running' | 'complete' | 'declined' | 'closed' | 'expired' | 'broken'
  /** ISO 8601. */
  deadline: string | null
  /** What its cover sheet stands for, in order; empty where the file is itself the document. */
  documents: readonly Readonly<{
    name: string
    mediaType: string
    /** Bytes. */
    size: number
    /** Lower-case hex. */
    sha256: string
    pages: number | null
    /** It stands in the envelope's file; false: it travels beside it. */
    attached: boolean
    /**
     * `attached`, `added`: at hand and the one that was sealed; `missing`: not at hand; `changed`: in the file, and not the one that
     * was sealed.
     */
    state: 'attached' | 'added' | 'missing' | 'changed'
  }>[]
  people: readonly Readonly<{
    id: string
    name: string
    company: string | null
    emails: readonly string[]
    role: EnvelopeRole
    kind: EnvelopeKind
    status: 'waiting' | 'turn' | 'pending' | 'signed' | 'declined'
    time: string | null
  }>[]
  /** Ids of those who may act now. */
  turn: readonly string[]
  steps: readonly EnvelopeStepSummary[]
  notices: readonly EnvelopeNotice[]
  /** Codes of what is wrong with the file; empty when nothing is. */
  problems: readonly string[]
  /** Of this file: bytes, and lower-case hex. */
  size: number
  sha256: string
}>

/**
 * What an act made of the envelope: the new file, of which the old one is the exact beginning, and its state. A file prepared under a cover
 * sheet is a new document: `id` is `envelope-` and the envelope's own id. Where the preparer asked for it, a detached
 * signature of each enclosed document follows it; its `id` is that of the file, a slash and its name.
 */
export type WireEnvelopeResult = Readonly<{
  status: 'envelope'
  act: EnvelopeAct
  documents: readonly WireSignedDocument[]
  envelope: EnvelopeSummary
  /** Idempotency: the same receipt is the same act, however often it is delivered. */
  receipt: Readonly<{ id: string; requestId: string }>
}>

export type WireEnvelopeRead = Readonly<{
  name: string
  blob: Blob
  /** Documents that travel beside the envelope, as far as you have them: each is known by its digest. */
  beside?: readonly Blob[]
  /** Where a person acts: `{signatory}` stands for the id. Default: the app's own page, to which the file is brought by hand. */
  link?: string
}>
