import type { EnvelopeManifest, Signatory, SignatoryRole, SignatureKind } from './manifest.ts'

/** Field names are fixed width, so that none begins another. */
const two = (n: number): string => String(n).padStart(4, '0')

export function signatory(n: number, role: SignatoryRole = 'signer', kind: SignatureKind = 'unqualified'): Signatory {
  const y = 40 + (n % 20) * 36
  const field = (name: string, x: number) => ({
    name,
    page: 1 + Math.floor(n / 20),
    rect: [x, y, x + 80, y + 30] as const,
  })
  return {
    id: `s${n}`,
    role,
    name: `Person ${n}`,
    emails: [`p${n}@firm.example`],
    kind,
    algorithms: [],
    mayDelegate: true,
    fields:
      role === 'copy'
        ? []
        : [
            { ...field(`Sig_${two(n)}`, 40), kind: 'signature', required: true },
            { ...field(`Box_${two(n)}`, 140), kind: 'checkbox', required: true },
            { ...field(`Txt_${two(n)}`, 240), kind: 'text', required: false },
          ],
  }
}

export function manifestOf(signatories: readonly Signatory[], order: readonly (readonly string[])[]): EnvelopeManifest {
  const acting = signatories.filter((one) => one.role !== 'copy')
  return {
    type: 'countersign-envelope',
    version: 1,
    id: '0123456789abcdef0123456789abcdef',
    title: 'Contract 14-B',
    createdAt: '2026-03-01T09:00:00.000Z',
    deadline: '2026-04-01T00:00:00.000Z',
    preparer: { name: 'Olena', email: 'olena@firm.example' },
    documents: [{ name: 'contract.pdf', sha256: 'ab'.repeat(32), size: 1234, pages: 3 }],
    signatories,
    order,
    verificationPage: 4,
    reserved: {
      certification: 'Certify_0000',
      decline: Object.fromEntries(acting.map((one) => [one.id, `Decline_${two(Number(one.id.slice(1)))}`])),
      delegate: Object.fromEntries(acting.map((one) => [one.id, `Delegate_${two(Number(one.id.slice(1)))}`])),
      simple: Object.fromEntries(
        acting.filter((one) => one.kind === 'simple').map((one) => [one.id, `Simple_${two(Number(one.id.slice(1)))}`]),
      ),
      record: {},
      close: 'Close_0000',
      rounds: ['Round_0001', 'Round_0002'],
    },
    resend: true,
    language: 'en',
  }
}

/** Signed by its holder, box ticked, `minute` after the beginning. */
export const signs = (n: number, revision: number, minute: number, values: Record<string, string> = {}) => ({
  kind: 'signature' as const,
  revision,
  field: `Sig_${two(n)}`,
  intact: true,
  values: { [`Box_${two(n)}`]: 'true', ...values },
  signer: { name: `Person ${n}`, fingerprint: `F${n}`, qualified: false, family: 'ECDSA' as const },
  time: new Date(Date.parse('2026-03-01T09:00:00Z') + minute * 60_000).toISOString(),
  timeProven: false,
})
