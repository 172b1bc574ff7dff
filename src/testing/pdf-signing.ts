import { embedPades } from '../core/formats/pades/embed.ts'
import type { PadesOptions } from '../core/formats/pades/options.ts'
import { preparePades } from '../core/formats/pades/prepare.ts'
import type { Ports } from '../core/ports.ts'
import { testEngine } from './engines.ts'
import { signerInfoOf } from './pki.ts'
import type { TestParty } from './pki.ts'
import { fakeClock, testRandom } from './ports.ts'

export const signingPorts: Ports = { clock: fakeClock('2026-11-22T12:00:00Z'), random: testRandom, engine: testEngine }

/** Signs PDF bytes with a test party, whole way through. */
export async function signPdf(
  bytes: Uint8Array,
  party: TestParty,
  options: PadesOptions = {},
  ports: Ports = signingPorts,
): Promise<Uint8Array> {
  const { mechanism } = party.key
  const file = { name: 'contract.pdf', blob: new Blob([Uint8Array.from(bytes)]) }
  const signers = [{ signer: signerInfoOf(party), mechanism }]
  const prepared = await preparePades({ files: [file], signers, level: 'B-B', options }, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => party.key.sign(dtbs)))
  const signed = await embedPades(prepared, values, ports)
  return new Uint8Array(await signed.blob.arrayBuffer())
}
