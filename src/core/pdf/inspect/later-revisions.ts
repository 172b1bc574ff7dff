import { analyseRevisions } from '../diff/analyse.ts'
import { isPermitted, permissionsOf } from '../diff/permissions.ts'
import { countOf } from '../objects.ts'
import { readSignatures, type PdfSignature } from '../signatures.ts'
import { NOT_ALL, type Look } from './look.ts'

/** Objects of a file whose later revisions are compared: the comparison reads every one. */
const MAX_OBJECTS = 20_000
/** Form fields, counted once for each revision. */
const MAX_FIELDS = 100_000

/** What earlier signatures have wrong, and what came after them that they do not permit. Nothing here is cryptographic. */
export async function checkLaterRevisions(look: Look): Promise<void> {
  const { document, form } = look
  if ((form?.fields.length ?? 0) * document.revisions.length > MAX_FIELDS) {
    look.note(NOT_ALL, 'info', 'earlier signatures')
    return
  }
  const signatures = await readSignatures(document)
  for (const { field, findings } of signatures) {
    for (const { id, evidence } of findings) look.note(id, 'warning', `${field.name}: ${evidence ?? ''}`)
  }
  const base = Math.min(...signatures.map(({ revision }) => revision ?? Infinity))
  if (base >= document.revisions.length - 1) return
  if ((countOf(document.trailer().get('Size')) ?? Infinity) > MAX_OBJECTS) {
    look.note(NOT_ALL, 'info', 'changes after earlier signatures')
    return
  }
  const changes = await analyseRevisions(document, base)
  for (const signature of signatures) await checkChanges(look, signature, changes)
}

async function checkChanges(
  look: Look,
  signature: PdfSignature,
  changes: Awaited<ReturnType<typeof analyseRevisions>>,
): Promise<void> {
  const { revision } = signature
  if (revision === null) return
  const permissions = await permissionsOf(look.document, signature)
  for (const [index, list] of changes) {
    if (index <= revision) continue
    for (const change of list) {
      if (isPermitted(change, permissions)) continue
      const { what, page, object, field } = change
      const at = [page === undefined ? '' : `page ${page}`, object ?? '', field ?? ''].filter((each) => each !== '')
      look.note('content-change-unexplained', 'warning', [what, ...at].join(', '))
    }
  }
}
