import { expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamPdf } from '../../testing/pdf-builder.ts'
import { signPdf } from '../../testing/pdf-signing.ts'
import { update } from '../../testing/pdf-update.ts'
import { testChain } from '../../testing/pki.ts'
import { bytesSource } from '../bytes/byte-source.ts'
import { formsOf } from './form-history.ts'
import { readForm } from './fields.ts'
import { openPdf } from './open.ts'

const FORM = {
  6: '<< /Fields [7 0 R 8 0 R 9 0 R] >>',
  7: '<< /FT /Tx /T (a) >>',
  8: '<< /FT /Btn /T (b) /Kids [10 0 R] >>',
  10: '<< /Subtype /Widget /Parent 8 0 R /Rect [0 0 9 9] >>',
}
const objects = simpleObjects(FORM, { catalog: '/AcroForm 6 0 R' })

async function histories(bytes: Uint8Array): Promise<void> {
  const document = await openPdf(bytesSource(bytes))
  const forms = await formsOf(document)
  expect(forms).toHaveLength(document.revisions.length)
  for (const { index, view } of document.revisions) expect(forms[index]).toEqual(await readForm(document, view))
}

test('each revision has the form that reading it anew gives, whatever was touched', async () => {
  const { leaf } = await testChain()
  for (const original of [classicPdf(objects), streamPdf(objects, { compressed: [1, 2, 3, 5, 6, 7, 8, 10] })]) {
    await histories(await signPdf(await signPdf(original, leaf), leaf))
  }
  let bytes = classicPdf(objects)
  for (const changed of [
    { 7: '<< /FT /Tx /T (a) /V (x) >>' },
    { 10: '<< /Subtype /Widget /Parent 8 0 R /Rect [0 0 9 9] /AS /Yes >>' },
    // A kid that becomes a field, a root that was none, a name, a nested field, a form that goes.
    { 10: '<< /Subtype /Widget /Parent 8 0 R /T (kid) /Rect [0 0 9 9] >>' },
    { 9: '<< /FT /Sig /T (c) >>' },
    { 7: '<< /FT /Tx /T (other) >>' },
    { 6: '<< /Fields [9 0 R] >>' },
    { 1: '<< /Type /Catalog /Pages 2 0 R >>' },
    { 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>' },
  ]) {
    bytes = update(bytes, changed)
    await histories(bytes)
  }
})

test('a field that no revision touches is the same object', async () => {
  const document = await openPdf(bytesSource(update(classicPdf(objects), { 7: '<< /FT /Tx /T (a) /V (x) >>' })))
  const [before, after] = await formsOf(document)
  expect(after?.fields[1]).toBe(before?.fields[1])
  expect(after?.fields[0]).not.toBe(before?.fields[0])
})
