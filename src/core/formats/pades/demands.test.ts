import { beforeAll, expect, test } from 'vitest'
import { classicPdf, simpleObjects } from '../../../testing/pdf-builder.ts'
import { signPdf } from '../../../testing/pdf-signing.ts'
import { testChain } from '../../../testing/pki.ts'
import type { TestParty } from '../../../testing/pki.ts'
import { bytesSource } from '../../bytes/byte-source.ts'
import { toHex } from '../../bytes/bytes.ts'
import { SignError } from '../../errors.ts'
import { readForm } from '../../pdf/fields.ts'
import { openPdf } from '../../pdf/open.ts'
import { readRestrictions } from '../../pdf/restrictions.ts'
import { inspectPades } from './inspect.ts'
import type { PadesOptions } from './options.ts'

let party: TestParty
let issuer: Uint8Array
beforeAll(async () => {
  const { leaf, intermediate } = await testChain()
  party = leaf
  issuer = intermediate.certificate
})

const withSeed = (seed: string, extra = '') =>
  classicPdf(
    simpleObjects(
      {
        7: '<< /Fields [8 0 R] >>',
        8: `<< /T (Approval) /FT /Sig /Subtype /Widget /Rect [10 10 90 40] /P 3 0 R /SV << ${seed} >> ${extra} >>`,
      },
      { catalog: '/AcroForm 7 0 R', page: '/Annots [8 0 R]' },
    ),
  )

const sign = (seed: string, options: PadesOptions = {}): Promise<string> =>
  signPdf(withSeed(seed), party, { field: { kind: 'existing', name: 'Approval' }, ...options }).then(
    () => 'signed',
    (error: unknown) =>
      error instanceof SignError ? `${error.code} ${String(error.details['demand'])}` : String(error),
  )

const forbids = (demand: string) => `FORMAT_SEED_VALUE_FORBIDS ${demand}`

test.each([
  ['/Filter /Adobe.PPKLite /Ff 1', 'signed'],
  ['/Filter /Other.Handler /Ff 1', forbids('filter')],
  ['/Filter /Other.Handler', 'signed'],
  ['/SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached] /Ff 2', 'signed'],
  ['/SubFilter [/adbe.pkcs7.detached] /Ff 2', forbids('subFilter')],
  ['/DigestMethod [(SHA384) (SHA512)] /Ff 64', forbids('digestMethod')],
  ['/DigestMethod [/SHA256] /Ff 64', 'signed'],
  ['/AddRevInfo true /Ff 32', forbids('addRevInfo')],
  ['/TimeStamp << /URL (http://t) /Ff 1 >>', forbids('timeStamp')],
  ['/V 4 /Ff 4', forbids('version')],
  ['/LockDocument true /Ff 128', forbids('lockDocument')],
  ['/AppearanceFilter (Logo) /Ff 256', forbids('appearanceFilter')],
])('seed value %s: %s', async (seed, outcome) => {
  expect(await sign(seed)).toBe(outcome)
})

test('reasons: one of the list, or none where none is allowed', async () => {
  expect(await sign('/Reasons [(Approved) (Seen)] /Ff 8', { reason: 'Seen' })).toBe('signed')
  expect(await sign('/Reasons [(Approved) (Seen)] /Ff 8', { reason: 'Other' })).toBe(forbids('reasons'))
  expect(await sign('/Reasons [(.)] /Ff 8', { reason: 'Seen' })).toBe(forbids('noReason'))
  expect(await sign('/Reasons [(.)] /Ff 8')).toBe('signed')
})

test('certificates: by subject, issuer, key usage, name', async () => {
  const own = toHex(party.certificate)
  const chain = toHex(issuer)
  expect(await sign(`/Cert << /Subject [<${own}>] /Ff 1 >>`)).toBe('signed')
  expect(await sign(`/Cert << /Subject [<${chain}>] /Ff 1 >>`)).toBe(forbids('certificateSubject'))
  expect(await sign(`/Cert << /Issuer [<${chain}>] /Ff 2 >>`)).toBe('signed')
  expect(await sign(`/Cert << /Issuer [<${own}>] /Ff 2 >>`)).toBe(forbids('certificateIssuer'))
  expect(await sign(`/Cert << /Issuer [<${own}>] >>`)).toBe('signed')
  expect(await sign('/Cert << /KeyUsage [(11)] /Ff 32 >>')).toBe('signed')
  expect(await sign('/Cert << /KeyUsage [(X0)] /Ff 32 >>')).toBe(forbids('keyUsage'))
  expect(await sign('/Cert << /SubjectDN [<< /CN (Olena Shevchenko) >>] /Ff 8 >>')).toBe('signed')
  expect(await sign('/Cert << /SubjectDN [<< /CN (Other) >>] /Ff 8 >>')).toBe(forbids('certificateName'))
  expect(await sign('/Cert << /OID [(1.2.3)] /Ff 4 >>')).toBe(forbids('certificatePolicy'))
})

test('MDP of a seed value makes the signature a certification, or forbids one', async () => {
  const field = { kind: 'existing', name: 'Approval' } as const
  const document = await openPdf(bytesSource(await signPdf(withSeed('/MDP << /P 1 >>'), party, { field })))
  const { certified, docMdp } = await readRestrictions(document, await readForm(document))
  expect({ certified, docMdp }).toEqual({ certified: true, docMdp: 1 })
  expect(await sign('/MDP << /P 0 >>', { certify: 2 })).toBe('FORMAT_SEED_VALUE_FORBIDS approval')
  expect(await sign('/MDP << /P 2 >>', { certify: 3 })).toBe('FORMAT_SEED_VALUE_FORBIDS certify')
})

test('a lock of the field becomes a lock of the signature', async () => {
  const file = withSeed('', '/Lock << /Type /SigFieldLock /Action /Include /Fields [(a) (b)] /P 2 >>')
  const signed = await signPdf(file, party, { field: { kind: 'existing', name: 'Approval' } })
  const document = await openPdf(bytesSource(signed))
  const { locks, docMdp } = await readRestrictions(document, await readForm(document))
  expect(locks).toEqual([{ action: 'Include', fields: ['a', 'b'] }])
  expect(docMdp).toBe(2)
})

const inspect = (bytes: Uint8Array, password?: string) =>
  inspectPades({ name: 'a.pdf', blob: new Blob([Uint8Array.from(bytes)]) }, password === undefined ? {} : { password })

test('inspection: pages, fields with place and refusal, signatures, certification', async () => {
  const free = await inspect(withSeed('/Filter /Other.Handler /Ff 1'))
  expect(free).toMatchObject({
    kind: 'pdf',
    refused: null,
    pdf: { pages: 1, encryption: 'none', signatures: 0, docMdp: null },
  })
  expect(free.pdf?.fields).toMatchObject([{ name: 'Approval', page: 1, rect: [10, 10, 90, 40], signed: false }])
  expect(free.pdf?.fields[0]?.refused).toMatchObject({
    code: 'FORMAT_SEED_VALUE_FORBIDS',
    details: { demand: 'filter' },
  })
  const certified = await inspect(await signPdf(classicPdf(), party, { certify: 1 }))
  expect(certified.pdf).toMatchObject({ signatures: 1, docMdp: 1 })
  expect(certified.pdf?.fields).toMatchObject([{ name: 'Sig_01', signed: true, refused: null, page: 1, rect: null }])
  expect(certified.refused?.code).toBe('FORMAT_DOCMDP_FORBIDS')
  expect(await inspect(new TextEncoder().encode('plain text'))).toMatchObject({ kind: 'other', pdf: null })
  expect(await inspect(new Uint8Array())).toMatchObject({ kind: 'other', refused: { code: 'FORMAT_EMPTY_FILE' } })
})
