/** Whatever people keep a key in: PKCS#12, or PEM with the key (PKCS#8, encrypted or not, PKCS#1, SEC 1) and its certificates. */
import { parseDer } from '../bytes/der-read.ts'
import { parsePem, type PemBlock } from '../bytes/pem.ts'
import { SignError } from '../errors.ts'
import type { Engine } from '../ports.ts'
import { assembleKeys } from './assemble.ts'
import { shroudedKey, type Bags } from './bags.ts'
import { passwordForms } from './password.ts'
import { pkcs8OfEc, pkcs8OfRsa } from './private-key.ts'
import { decrypter, openPkcs12, type Pkcs12Contents } from './read.ts'
import { traditionalKey } from './traditional-pem.ts'
import { startWork, type WorkOptions } from './work.ts'

/**
 * Opens a key file with its password; an empty one serves what is not encrypted.
 *
 * @throws SignError `PKCS12_*`; AbortError
 */
export async function openKeyFile(
  bytes: Uint8Array,
  password: string,
  engine: Engine,
  options: WorkOptions = {},
): Promise<Pkcs12Contents> {
  const blocks = bytes[0] === 0x30 ? [] : parsePem(bytes)
  return blocks.length === 0 ? openPkcs12(bytes, password, engine, options) : openPem(blocks, password, engine, options)
}

async function openPem(
  blocks: readonly PemBlock[],
  password: string,
  engine: Engine,
  options: WorkOptions,
): Promise<Pkcs12Contents> {
  const bags: Bags = { keys: [], certificates: [], unknown: 0, weak: false }
  const decrypt = decrypter(passwordForms(password), startWork(engine, options))
  try {
    for (const block of blocks) {
      const { label, bytes } = block
      if (label.endsWith('CERTIFICATE')) bags.certificates.push({ der: bytes })
      else if (label === 'PRIVATE KEY') bags.keys.push({ pkcs8: bytes })
      else if (label === 'RSA PRIVATE KEY') bags.keys.push({ pkcs8: pkcs8OfRsa(traditionalKey(block, password, bags)) })
      else if (label === 'EC PRIVATE KEY') bags.keys.push({ pkcs8: pkcs8OfEc(traditionalKey(block, password, bags)) })
      else if (label === 'ENCRYPTED PRIVATE KEY') {
        bags.keys.push({ pkcs8: await shroudedKey(parseDer(bytes, 'ber'), bags, decrypt) })
      } else if (label.endsWith('PRIVATE KEY')) {
        throw new SignError('PKCS12_UNSUPPORTED', `a key of the kind ${label}`, { details: { label } })
      } else if (label !== 'EC PARAMETERS') bags.unknown++
    }
    if (bags.keys.length === 0) throw new SignError('PKCS12_NO_KEY', 'the file holds no private key')
    return {
      keys: await assembleKeys(bags, engine),
      certificates: bags.certificates.map(({ der }) => der),
      integrity: 'none',
      warnings: [...(bags.weak ? ['weak-encryption'] : []), ...(bags.unknown > 0 ? ['unknown-bags'] : [])],
    }
  } catch (cause) {
    if (!(cause instanceof SignError && cause.code.startsWith('DER_'))) throw cause
    throw new SignError('PKCS12_MALFORMED', `not a key file: ${cause.message}`, { cause })
  }
}
