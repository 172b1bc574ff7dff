import { SignError } from '../errors.ts'
import type { DraftSignatory, EnvelopeDraft } from './draft.ts'
import { shapeProblem } from './manifest.ts'
import { planEnvelope } from './plan.ts'

export type TemplateOptions = Readonly<{
  /** Keeps names and addresses; without it only roles, kinds and places are kept. */
  persons: boolean
}>

const TEMPLATE = 'countersign-envelope-template'
const LARGEST = 4 << 20

/** A template as a file: JSON, UTF-8. A deadline is not part of it. */
export function encodeTemplate(draft: EnvelopeDraft, { persons }: TemplateOptions): string {
  const { deadline: _deadline, ...kept } = draft
  const anonymous = {
    ...kept,
    preparer: { name: '' },
    signatories: draft.signatories.map((one): DraftSignatory => {
      const { company: _company, ...rest } = one
      return { ...rest, name: '', emails: [] }
    }),
  }
  return JSON.stringify({ type: TEMPLATE, version: 1, draft: persons ? kept : anonymous }, null, 1)
}

/**
 * @param text of a file that anybody may have made
 * @throws SignError `ENVELOPE_TEMPLATE_INVALID`
 */
export function parseTemplate(text: string): EnvelopeDraft {
  if (text.length > LARGEST) throw invalid('too large')
  let value: Readonly<{ type?: unknown; version?: unknown; draft?: EnvelopeDraft }> | null
  try {
    value = JSON.parse(text) as typeof value
  } catch (cause) {
    throw invalid('not JSON', cause)
  }
  if (value?.type !== TEMPLATE || value.version !== 1 || !value.draft) throw invalid('another kind of file')
  const problem = draftShapeProblem(value.draft)
  if (problem !== null) throw invalid(problem)
  return value.draft
}

/** A draft has the shape of the manifest that it would make. */
function draftShapeProblem(draft: EnvelopeDraft): string | null {
  if (typeof draft.record !== 'boolean') return 'record is missing or malformed'
  const document = { name: '', sha256: '0'.repeat(64), size: 0, pages: 1 }
  try {
    return shapeProblem(
      planEnvelope(draft, {
        id: '0'.repeat(32),
        createdAt: '2026-01-01T00:00:00Z',
        document,
        enclosed: [],
        stem: 'Env',
      }),
    )
  } catch {
    return 'malformed'
  }
}

const invalid = (why: string, cause?: unknown): SignError =>
  new SignError('ENVELOPE_TEMPLATE_INVALID', `not a template: ${why}`, { details: { why }, cause })
