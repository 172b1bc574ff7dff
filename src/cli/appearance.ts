import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SignError } from '../core/errors.ts'
import type { SignatureAppearance } from '../core/pdf/appearance/appearance.ts'
import { parseCertificate } from '../core/x509/certificate.ts'
import { nameFacts } from '../core/x509/name.ts'

/** The font that the app ships; this file and the built command lie equally deep in the package. */
const FONT = join(dirname(fileURLToPath(import.meta.url)), '../../public/fonts/noto-sans.ttf')

/** What a visible signature says when nobody drew one: name, organisation, time, reason and place. */
export async function plainAppearance(
  certificate: Uint8Array,
  claimedTime: Date,
  { reason, location }: Readonly<{ reason?: string | undefined; location?: string | undefined }>,
): Promise<SignatureAppearance> {
  const { text, commonName, organization } = nameFacts(parseCertificate(certificate).subject)
  const name = commonName ?? text
  const time = `${claimedTime.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const lines = [organization === commonName ? '' : organization, time, reason, location]
  return {
    template: 'text',
    name,
    details: lines.flatMap((line) => (line === undefined || line === '' ? [] : [line])),
    alt: `${name}, ${time}`,
    font: await readFont(),
  }
}

/** @throws SignError `INTERNAL` */
export async function readFont(): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(FONT))
  } catch (cause) {
    throw new SignError('INTERNAL', 'public/fonts/noto-sans.ttf is missing from the installation', { cause })
  }
}
