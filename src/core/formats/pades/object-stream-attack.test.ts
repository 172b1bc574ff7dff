import { expect, test } from 'vitest'
import { simpleObjects, streamPdf } from '../../../testing/pdf-builder.ts'
import { signPdf, signingPorts } from '../../../testing/pdf-signing.ts'
import { lastStartxref } from '../../../testing/pdf-update.ts'
import { testChain } from '../../../testing/pki.ts'
import { concatBytes, fromLatin1, latin1 } from '../../bytes/bytes.ts'
import { collectFiles } from '../collect-any.ts'

/** An update that defines the object stream of the signed revision anew, its text changed in place. */
function replaceObjectStream(
  signed: Uint8Array,
  change: (text: string) => string,
  entries: (head: string) => string = (head) => head,
): Uint8Array {
  const [, number, head, text] =
    /(\d+) 0 obj\n(<<[^>]*\/ObjStm[^]*?)stream\n([^]*?)\nendstream/.exec(fromLatin1(signed)) ?? []
  if (number === undefined || head === undefined || text === undefined) throw new Error('no object stream')
  const object = `${number} 0 obj\n${entries(head)}stream\n${change(text)}\nendstream\nendobj\n`
  const table = signed.length + object.length
  const row = (offset: number): string =>
    `\x01${String.fromCharCode(offset >> 16, (offset >> 8) & 255, offset & 255)}\0\0`
  const data = row(signed.length) + row(table)
  const keys = `/Type /XRef /Size 96 /W [1 3 2] /Index [${number} 1 95 1] /Root 1 0 R /Prev ${lastStartxref(signed)}`
  const section = `95 0 obj\n<< ${keys} /Length ${data.length} >>\nstream\n${data}\nendstream\nendobj\n`
  return concatBytes([signed, latin1(`${object}${section}startxref\n${table}\n%%EOF\n`)])
}

async function modificationsOf(bytes: Uint8Array) {
  const file = { name: 'contract.pdf', blob: new Blob([Uint8Array.from(bytes)]) }
  const [facts] = await collectFiles([file], signingPorts, {})
  const [signature] = facts?.signatures ?? []
  return signature?.document
}

test('an object stream that is replaced under what lies in it changes the document', async () => {
  const { leaf } = await testChain()
  const signed = await signPdf(streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] }), leaf)
  const attacked = replaceObjectStream(signed, (text) => text.replace('/Helvetica', '/Courier  '))
  expect(await modificationsOf(attacked)).toMatchObject({ modifications: 'other', modificationsPermitted: false })
})

test('one that is written again as it was changes nothing', async () => {
  const { leaf } = await testChain()
  const signed = await signPdf(streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] }), leaf)
  const rewritten = replaceObjectStream(signed, (text) => text)
  expect(await modificationsOf(rewritten)).toMatchObject({ modifications: 'none', modificationsPermitted: true })
})

test('one that nobody can read any more is a change that nobody can explain; the file still gets its report', async () => {
  const { leaf } = await testChain()
  const signed = await signPdf(streamPdf(simpleObjects(), { compressed: [3, 5] }), leaf)
  const damaged = replaceObjectStream(
    signed,
    (text) => text,
    (head) => head.replace('<<', '<< /Filter /FlateDecodx'),
  )
  const document = await modificationsOf(damaged)
  expect(document).toMatchObject({ modifications: 'other', modificationsPermitted: false })
  expect(document?.changes.map(({ what }) => what)).toContain('unreadable')
})
