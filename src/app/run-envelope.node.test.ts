import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { classicPdf, simpleObjects, streamPdf } from '../testing/pdf-builder.ts'
import { draftOf, draftSignatory, envelopeDesk, testKeyRef, type EnvelopeDesk } from '../testing/envelopes.ts'
import { signingKeyOf, testChain, testKey } from '../testing/pki.ts'
import type { SigningKey } from '../core/keys.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { equalBytes, fromLatin1 } from '../core/bytes/bytes.ts'

const font = new Uint8Array(readFileSync(new URL('../../public/fonts/noto-sans.ttf', import.meta.url)))
let keys: Record<string, SigningKey>
beforeAll(async () => {
  const { leaf, intermediate } = await testChain()
  const rsa = await intermediate.issue({ key: await testKey('RSASSA-PKCS1-v1_5'), name: { commonName: 'Ivan' } })
  const third = await intermediate.issue({ key: await testKey('ECDSA-P384'), name: { commonName: 'Petro' } })
  keys = { preparer: signingKeyOf(leaf), rsa: signingKeyOf(rsa), p384: signingKeyOf(third) }
})

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())
const source = (bytes: Uint8Array, name = 'contract.pdf'): SourceFile => ({
  name,
  blob: new Blob([Uint8Array.from(bytes)]),
})
const tick = ({ clock }: EnvelopeDesk): void => clock.set(new Date(clock.now().getTime() + 60_000).toISOString())
const boxOf = (n: number) => `EnvField_${String(n).padStart(4, '0')}_001`
const textOf = (n: number) => `EnvField_${String(n).padStart(4, '0')}_002`
const three = draftOf([
  draftSignatory(1),
  draftSignatory(2, { kind: 'simple', company: 'Firm' }),
  draftSignatory(3),
  draftSignatory(4, { role: 'visa', fields: [] }),
])

async function prepared(desk: EnvelopeDesk, draft = three, original = classicPdf()) {
  const made = await desk.envelopes.prepare({ file: source(original), draft, key: testKeyRef('preparer') })
  tick(desk)
  return made
}

describe.each([
  ['classic', () => classicPdf()],
  ['object streams', () => streamPdf(simpleObjects(), { compressed: [1, 2, 3, 5] })],
])('a whole story, %s', (_, make) => {
  test('certificate, code, certificate, visa: every file is the beginning of the next, and the last is complete', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const first = await prepared(desk, three, make())
    expect(first.view.state).toMatchObject({ status: 'running', turn: ['s1'], problems: [] })
    const one = await envelopes.sign({
      file: first.file,
      signatory: 's1',
      means: { kind: 'key', key: testKeyRef('rsa') },
      values: { [boxOf(1)]: true, [textOf(1)]: 'Привіт' },
      name: 'Іван Франко',
      company: 'ТОВ Каменяр',
    })
    expect(one.view.state).toMatchObject({ turn: ['s2'], problems: [] })
    expect(one.view.signatories[0]).toMatchObject({ name: 'Іван Франко', company: 'ТОВ Каменяр', recordHolds: true })
    tick(desk)
    const code = envelopes.newCode()
    const two = await envelopes.sign({
      file: one.file,
      signatory: 's2',
      means: { kind: 'code', code },
      values: { [boxOf(2)]: true },
    })
    expect(two.view.state.signatories['s2']?.status).toBe('pending')
    expect(
      await envelopes.checkCode({ file: two.file, signatory: 's2', code: code.toLowerCase().replaceAll('-', ' ') }),
    ).toBe(true)
    expect(await envelopes.checkCode({ file: two.file, signatory: 's2', code: envelopes.newCode() })).toBe(false)
    tick(desk)
    const third = await envelopes.sign({
      file: two.file,
      signatory: 's3',
      means: { kind: 'key', key: testKeyRef('p384') },
      values: { [boxOf(3)]: true },
    })
    expect(third.view.state).toMatchObject({ turn: ['s4'], problems: [], signatories: { s2: { status: 'signed' } } })
    tick(desk)
    const last = await envelopes.sign({
      file: third.file,
      signatory: 's4',
      means: { kind: 'key', key: testKeyRef('preparer') },
      values: {},
    })
    expect(last.view.state).toMatchObject({ status: 'complete', turn: [], problems: [] })
    expect(last.view.steps.map(({ kind, signatory, reached }) => [kind, signatory, ...reached])).toEqual([
      ['prepared', null],
      ['signed', 's1'],
      ['signed', 's2'],
      ['signed', 's3', 'all-signed'],
      ['signed', 's4', 'complete'],
    ])
    expect(
      last.view.report.signatures.map(({ integrity, modificationsPermitted }) => [integrity, modificationsPermitted]),
    ).toEqual(Array.from({ length: 4 }, () => ['intact', true]))
    const files = [first, one, two, third, last]
    for (const [i, { file }] of files.entries()) {
      const before = files[i - 1]
      if (!before) continue
      const bytes = await bytesOf(before.file.blob)
      expect(equalBytes((await bytesOf(file.blob)).subarray(0, bytes.length), bytes)).toBe(true)
    }
    expect(await envelopes.open(last.file)).toEqual(last.view)
  })
})

const byRsa = { kind: 'key' as const, key: testKeyRef('rsa') }

describe('other ways', () => {
  const two = draftOf([draftSignatory(1), draftSignatory(2)])

  test('declined, passed on, withdrawn: in revisions of their own, nobody’s signature field', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const { file } = await prepared(desk, two)
    const declined = await envelopes.decline({ file, signatory: 's1', reason: ' wrong price ' })
    expect(declined.view).toMatchObject({
      state: { status: 'declined' },
      signatories: [{ state: { reason: 'wrong price' } }, {}],
    })
    await expect(envelopes.decline({ file: declined.file, signatory: 's1', reason: '' })).rejects.toMatchObject({
      code: 'ENVELOPE_CLOSED',
    })
    const passed = await envelopes.delegate({ file, signatory: 's1', to: { name: 'Ivan', email: 'i@firm.example' } })
    expect(passed.view.signatories[0]).toMatchObject({ name: 'Ivan', state: { delegated: true, status: 'turn' } })
    const signed = await envelopes.sign({
      file: passed.file,
      signatory: 's1',
      means: byRsa,
      values: { [boxOf(1)]: true },
    })
    expect(signed.view.signatories[0]).toMatchObject({ name: 'Ivan', recordHolds: true })
    const closed = await envelopes.close({ file: signed.file, reason: 'not needed' })
    expect(closed.view.state).toMatchObject({ status: 'closed', closed: 'not needed', turn: [] })
    expect(closed.view.report.signatures.every(({ modificationsPermitted }) => modificationsPermitted)).toBe(true)
  })

  test('a new round branches before his signature and names the old file; copies are told apart by their beginning', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const { file, view: begun } = await prepared(desk, two)
    const one = await envelopes.sign({ file, signatory: 's1', means: byRsa, values: { [boxOf(1)]: true } })
    tick(desk)
    const done = await envelopes.sign({ file: one.file, signatory: 's2', means: byRsa, values: { [boxOf(2)]: true } })
    tick(desk)
    const again = await envelopes.newRound({ file: done.file, signatory: 's2', reason: 'a text was forgotten' })
    expect(again.view.state).toMatchObject({
      status: 'running',
      turn: ['s2'],
      round: { number: 2, replaces: done.view.sha256, signatory: 's2', reason: 'a text was forgotten' },
      signatories: { s1: { status: 'signed' } },
    })
    const redone = await envelopes.sign({
      file: again.file,
      signatory: 's2',
      means: byRsa,
      values: { [boxOf(2)]: true },
    })
    tick(desk)
    const third = await envelopes.newRound({ file: redone.file, signatory: 's1', reason: 'from the start' })
    expect(third.view.state).toMatchObject({ turn: ['s1'], round: { number: 3 } })
    const relation = (a: typeof begun, b: typeof begun) => envelopes.compare(a, b).relation
    expect(relation(begun, begun)).toBe('same')
    expect(relation(begun, done.view)).toBe('first-behind')
    expect(relation(done.view, one.view)).toBe('second-behind')
    expect(relation(done.view, again.view)).toBe('first-replaced')
    expect(relation(again.view, done.view)).toBe('second-replaced')
    const other = await envelopes.decline({ file: one.file, signatory: 's2', reason: 'no' })
    expect(envelopes.compare(done.view, other.view)).toMatchObject({
      relation: 'diverged',
      common: [{ kind: 'prepared' }, { kind: 'signed', signatory: 's1' }],
      onlyFirst: [{ kind: 'signed', signatory: 's2' }],
      onlySecond: [{ kind: 'declined', signatory: 's2' }],
    })
    const stranger = await prepared(envelopeDesk(keys, font), two)
    expect(relation(begun, stranger.view)).toBe('unrelated')
    const never = envelopes.newRound({ file: one.file, signatory: 's2', reason: '' })
    await expect(never).rejects.toMatchObject({ code: 'ENVELOPE_NOT_A_SIGNATORY' })
    const strict = await prepared(envelopeDesk(keys, font), { ...two, resend: false })
    await expect(envelopes.newRound({ file: strict.file, signatory: 's1', reason: '' })).rejects.toMatchObject({
      code: 'ENVELOPE_RESEND_FORBIDDEN',
    })
  })

  test('notices: each once by its key, to whoever holds the step, in the language of the envelope', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const link = (id: string | null): string => (id === null ? '' : `https://sign.example/${id}`)
    const parallel = draftOf([draftSignatory(1), draftSignatory(2), draftSignatory(3)], {
      order: [['s1', 's2'], ['s3']],
      message: 'Прошу до п’ятниці {title}',
    })
    const { file, view } = await prepared(desk, parallel)
    const first = envelopes.notices(view, { link })
    expect(first.map(({ kind, signatory, emails }) => [kind, signatory, ...emails])).toEqual([
      ['turn', 's1', 'p1@firm.example'],
      ['turn', 's2', 'p2@firm.example'],
    ])
    expect(first[0]?.body).toContain('https://sign.example/s1')
    // What is put in is text, not a template.
    expect(first[0]?.body).toContain('Прошу до п’ятниці {title}')
    expect(first[0]?.body).not.toMatch(/Підписати до|повторно/)
    const one = await envelopes.sign({ file, signatory: 's1', means: byRsa, values: { [boxOf(1)]: true } })
    const then = envelopes.notices(one.view, { link })
    // s2’s turn was told already: the same key.
    expect(then.map(({ kind, signatory }) => [kind, signatory])).toEqual([
      ['signed', null],
      ['turn', 's2'],
    ])
    expect(then[1]?.key).toBe(first[1]?.key)
    const both = await envelopes.sign({ file: one.file, signatory: 's2', means: byRsa, values: { [boxOf(2)]: true } })
    const last = await envelopes.sign({ file: both.file, signatory: 's3', means: byRsa, values: { [boxOf(3)]: true } })
    const all = envelopes.notices(last.view, { link, templates: { complete: { subject: '{title}!', body: '{link}' } } })
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length)
    expect(all.filter(({ kind }) => kind === 'complete').map(({ subject }) => subject)).toEqual(
      Array.from({ length: 4 }, () => 'Договір 14-B!'),
    )
    // Who prepared it and signs in it too is told once.
    const manifest = { ...last.view.manifest, preparer: { name: 'Person 3', email: 'p3@firm.example' } }
    const own = envelopes.notices({ ...last.view, manifest }, { link })
    expect(own.filter(({ kind, emails }) => kind === 'complete' && emails[0] === 'p3@firm.example')).toHaveLength(1)
  })

  test('a template comes back as it was, or without persons; anything else is refused with a code', async () => {
    const { envelopes } = envelopeDesk(keys, font)
    const kept = envelopes.saveTemplate(three, { name: 'contract', persons: true })
    expect(await envelopes.loadTemplate(kept.blob)).toEqual(three)
    const roles = await envelopes.loadTemplate(envelopes.saveTemplate(three, { name: 'r', persons: false }).blob)
    expect(roles.signatories.map(({ name, emails, role }) => [name, emails.length, role])).toEqual([
      ['', 0, 'signer'],
      ['', 0, 'signer'],
      ['', 0, 'signer'],
      ['', 0, 'visa'],
    ])
    const text = await kept.blob.text()
    for (const bad of [
      '',
      '{}',
      'null',
      text.replace('"signer"', '"king"'),
      text.replace('"signatories"', '"people"'),
    ]) {
      await expect(envelopes.loadTemplate(new Blob([bad])), bad.slice(0, 40)).rejects.toMatchObject({
        code: 'ENVELOPE_TEMPLATE_INVALID',
      })
    }
  })

  test('a document that must not grow a page: no record inside, a report beside it', async () => {
    const desk = envelopeDesk(keys, font)
    const { envelopes } = desk
    const made = await prepared(desk, draftOf([draftSignatory(1, { fields: [] })], { record: false }))
    expect(made.view.manifest).toMatchObject({ verificationPage: null, documents: [{ pages: 1 }] })
    const { view } = await envelopes.sign({ file: made.file, signatory: 's1', means: byRsa, values: {} })
    expect(view.state.status).toBe('complete')
    const report = await envelopes.report(view)
    expect(fromLatin1(await bytesOf(report.blob))).toContain('/Type/Page')
  })

  test('turned pages, and a document with a form and names of its own', async () => {
    const form = '/AcroForm << /Fields [9 0 R] >> /Names << /EmbeddedFiles << /Names [(a.txt) 8 0 R] >> >>'
    const objects = simpleObjects(
      { 8: '<< /Type /Filespec /F (a.txt) >>', 9: '<< /FT /Tx /T (EnvField) /Ff 2 >>' },
      { catalog: form, page: '/Rotate 90' },
    )
    const desk = envelopeDesk(keys, font)
    const made = await prepared(desk, draftOf([draftSignatory(1)]), classicPdf(objects))
    const [own] = made.view.signatories
    const [box, text] = own?.fields.map(({ field }) => field.name) ?? []
    expect(box).not.toMatch(/^EnvField/)
    const means = byRsa
    const values = { [box ?? '']: true, [text ?? '']: 'x' }
    const { view } = await desk.envelopes.sign({ file: made.file, signatory: 's1', means, values })
    expect(view.state).toMatchObject({ status: 'complete', problems: [] })
  })
})

const person = fc.record({
  kind: fc.constantFrom('unqualified' as const, 'simple' as const),
  role: fc.constantFrom('signer' as const, 'approver' as const, 'copy' as const),
  seen: fc.boolean(),
  text: fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'Я', 'ї', ' ', '(', ')', '\\', '\n', '<', '/') }),
})

test('whatever is prepared and signed in turn is read back as it was entered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 3 }), fc.boolean(), async (people, record) => {
      const drafted = people.map(({ kind, role, seen }, i) => {
        const { fields } = draftSignatory(i + 1)
        return draftSignatory(i + 1, { kind, role, fields: seen && role !== 'copy' ? fields : [] })
      })
      const visa = draftSignatory(people.length + 1, { role: 'visa', fields: [] })
      const desk = envelopeDesk(keys, font)
      const { envelopes } = desk
      let { file, view } = await prepared(desk, draftOf([...drafted, visa], { record }))
      const code = envelopes.newCode()
      for (const { signatory } of view.signatories.filter(({ signatory: { role } }) => role !== 'copy')) {
        expect(view.state.turn).toEqual([signatory.id])
        const [box, text] = signatory.fields.filter(({ kind }) => kind !== 'signature').map(({ name }) => name)
        const entered = people[Number(signatory.id.slice(1)) - 1]?.text ?? ''
        const values = { ...(box ? { [box]: true } : {}), ...(text ? { [text]: entered } : {}) }
        const means = signatory.kind === 'simple' ? { kind: 'code' as const, code } : byRsa
        const made = await envelopes.sign({ file, signatory: signatory.id, means, values })
        expect(equalBytes((await bytesOf(made.file.blob)).subarray(0, file.blob.size), await bytesOf(file.blob))).toBe(
          true,
        )
        const own = made.view.signatories.find((one) => one.signatory.id === signatory.id)
        const told = own?.fields.find(({ field }) => field.name === text)?.value ?? ''
        expect(told).toBe(text ? entered.trim().replaceAll('\n', ' ') : '')
        expect(own?.recordHolds).toBe(record ? true : null)
        ;({ file, view } = made)
        tick(desk)
      }
      expect(view.state).toMatchObject({ status: 'complete', turn: [], problems: [] })
    }),
    { seed: 31, numRuns: 8 },
  )
}, 120_000)
