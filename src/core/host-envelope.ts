/** Envelopes as a host knows them: what it proposes and what it is told. Plain data, the same as on the SDK's wire. */

export type EnvelopeRole = 'signer' | 'approver' | 'visa' | 'copy'
export type EnvelopeKind = 'simple' | 'unqualified' | 'qualified'

/** What the person who prepares finds filled in: people and fields of the record. */
export type EnvelopeProposal = Readonly<{
  title?: string
  message?: string
  /** ISO 8601 */
  deadline?: string
  preparer?: Readonly<{ name: string; email?: string }>
  people?: readonly Readonly<{
    name: string
    company?: string
    emails?: readonly string[]
    role?: EnvelopeRole
    kind?: EnvelopeKind
  }>[]
  /** People get the envelope's file and nothing else, as by a signing link: documents that travel beside it would not reach them. */
  oneFile?: boolean
  /** Fields of the record that a box may be bound to. */
  bindings?: readonly Readonly<{ name: string; label?: string; suggestion?: string }>[]
}>

/** `signatory`: an id of the manifest; null: whoever's turn it is chooses. */
export type EnvelopeAsk =
  Readonly<{ kind: 'prepare'; proposal: EnvelopeProposal }> | Readonly<{ kind: 'act'; signatory: string | null }>

export type EnvelopeAct = 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'returned'

/** The state of an envelope, read from nothing but its file. */
export type EnvelopeSummary = Readonly<{
  /** Of the envelope, over all its rounds. */
  id: string
  round: number
  title: string
  status: 'running' | 'complete' | 'declined' | 'closed' | 'expired' | 'broken'
  /** ISO 8601 */
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
  /** One for each revision; (id, key) names it on every machine. */
  steps: readonly Readonly<{
    key: string
    kind: 'prepared' | 'signed' | 'declined' | 'delegated' | 'closed' | 'round' | 'refused' | 'foreign'
    role: EnvelopeRole | null
    /** Of a round: whoever is asked again. */
    actor: string
    time: string | null
    timeProven: boolean
    detail: string | null
    reached: readonly ('all-signed' | 'complete')[]
  }>[]
  /** Letters that this state asks for; (id, key) is sent once. */
  notices: readonly Readonly<{
    key: string
    kind: string
    signatory: string | null
    name: string
    emails: readonly string[]
    subject: string
    body: string
  }>[]
  /** Codes of what is wrong with the file. */
  problems: readonly string[]
  /** Of this file: bytes, and lower-case hex. */
  size: number
  sha256: string
}>
