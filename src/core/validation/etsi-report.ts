import { fromHex, toBase64 } from '../bytes/bytes.ts'
import type {
  CheckResult,
  FileReport,
  Indication,
  SignatureReport,
  TimestampReport,
  ValidationReport,
} from './report.ts'

/** Element content: escaped text, or elements already written. */
type Xml = Readonly<{ xml: string }>

const text = (value: string): Xml => ({ xml: escapeXml(value) })

function escapeXml(value: string): string {
  return Array.from(value)
    .filter(isXmlCharacter)
    .join('')
    .replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
}

/** XML 1.0, 2.2: most control characters and lone surrogates do not exist there at all. */
function isXmlCharacter(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x20) return point === 9 || point === 10 || point === 13
  return (point < 0xd800 || point > 0xdfff) && (point & 0xfffe) !== 0xfffe
}

function element(
  name: string,
  content: readonly (Xml | null)[],
  attributes: Readonly<Record<string, string>> = {},
): Xml {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  const inner = content.map((each) => each?.xml ?? '').join('')
  return { xml: `<${name}${list.join('')}>${inner}</${name}>` }
}

const leaf = (name: string, value: string): Xml => element(name, [text(value)])

/** ISO 8601 as xs:dateTime of XML Schema 1.0 can say it, which has no year 0 and none beyond 9999; undefined: it cannot. */
const dateTime = (time: string | undefined): string | undefined =>
  time !== undefined && /^(?!0000)\d{4}-/.test(time) ? time : undefined

const MAIN: Readonly<Record<Indication, string>> = {
  'TOTAL-PASSED': 'total-passed',
  'TOTAL-FAILED': 'total-failed',
  INDETERMINATE: 'indeterminate',
}

/**
 * The validation report of one file as ETSI TS 119 102-2 has it (v1.4.1); null for a file without
 * signatures. Every check is a constraint with its status; certificates are named by their digest.
 */
export function etsiReport(file: FileReport, { validationTime, policy }: ValidationReport): string | null {
  const signatures = file.signatures.flatMap(withCounters)
  if (signatures.length === 0) return null
  const reports = signatures.map((signature, i) => signatureElement(signature, i, validationTime, policy))
  const objects = signatures.flatMap((signature, i) => [
    ...certificateObject(signature, i),
    ...signature.timestamps.map((stamp, n) => timestampObject(stamp, `T-${i + 1}-${n + 1}`)),
  ])
  const root = element(
    'ValidationReport',
    [...reports, objects.length > 0 ? element('SignatureValidationObjects', objects) : null],
    {
      xmlns: 'http://uri.etsi.org/19102/v1.4.1#',
      'xmlns:ds': 'http://www.w3.org/2000/09/xmldsig#',
      'xmlns:xades': 'http://uri.etsi.org/01903/v1.3.2#',
    },
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`
}

function withCounters(signature: SignatureReport): readonly SignatureReport[] {
  return [signature, ...signature.counterSignatures.flatMap(withCounters)]
}

function signatureElement(signature: SignatureReport, index: number, validationTime: string, policy: string): Xml {
  const { signer, provenTime } = signature
  const claimed = dateTime(signature.claimedTime)
  const proven = dateTime(provenTime)
  const proof = signature.timestamps.findIndex(
    ({ time, indication }) => time === provenTime && indication === 'TOTAL-PASSED',
  )
  return element('SignatureValidationReport', [
    element(
      'SignatureIdentifier',
      [leaf('HashOnly', 'false'), leaf('DocHashOnly', 'false'), leaf('DAIdentifier', signature.id)],
      { id: `S-${index + 1}` },
    ),
    constraints(signature.checks, policy),
    element('ValidationTimeInfo', [
      leaf('ValidationTime', validationTime),
      element('BestSignatureTime', [
        leaf('POETime', proven ?? validationTime),
        leaf('TypeOfProof', `urn:etsi:019102:poetype:${proven ? 'provided' : 'validation'}`),
        proven && proof >= 0 ? reference('POEObject', `T-${index + 1}-${proof + 1}`) : null,
      ]),
    ]),
    claimed === undefined ? null : element('SignatureAttributes', [element('SigningTime', [leaf('Time', claimed)])]),
    signer && isNamed(signature)
      ? element('SignerInformation', [reference('SignerCertificate', `C-${index + 1}`), leaf('Signer', signer.subject)])
      : null,
    element('SignatureValidationProcess', [
      leaf('SignatureValidationProcessID', 'urn:etsi:019102:validationprocess:LTVM'),
    ]),
    status('SignatureValidationStatus', MAIN[signature.indication], signature.subIndication),
  ])
}

const reference = (name: string, id: string): Xml => element(name, [], { VOReference: id })

function constraints(checks: readonly CheckResult[], policy: string): Xml {
  return element('ValidationConstraintsEvaluationReport', [
    element('SignatureValidationPolicy', [
      element('SignaturePolicyIdentifier', [element('xades:SignaturePolicyImplied', [])]),
      leaf('PolicyName', policy),
    ]),
    ...checks.map(constraint),
  ])
}

/** A check that was not performed is a constraint that was disabled. */
function constraint({ id, block, status: outcome, sub }: CheckResult): Xml {
  const applied = outcome === 'not-checked' ? 'disabled' : 'applied'
  const indications = { failed: 'failed', indeterminate: 'indeterminate', 'not-checked': null } as const
  const main = outcome in indications ? indications[outcome as keyof typeof indications] : 'passed'
  return element('ValidationConstraint', [
    leaf('ValidationConstraintIdentifier', `urn:countersign:check:${block}:${encodeURIComponent(id)}`),
    element('ConstraintStatus', [leaf('Status', `urn:etsi:019102:constraintStatus:${applied}`)]),
    main && status('ValidationStatus', main, sub),
  ])
}

function status(name: string, main: string, sub: string | undefined): Xml {
  return element(name, [
    leaf('MainIndication', `urn:etsi:019102:mainindication:${main}`),
    sub === undefined ? null : leaf('SubIndication', `urn:etsi:019102:subindication:${sub}`),
  ])
}

/** Whether its certificate can be named by a digest. */
const isNamed = ({ signer }: SignatureReport): boolean => /^([0-9A-F]{2})+$/i.test(signer?.fingerprint ?? '')

function certificateObject(signature: SignatureReport, index: number): readonly Xml[] {
  const { signer } = signature
  if (!signer || !isNamed(signature)) return []
  const digest = element('DigestAlgAndValue', [
    element('ds:DigestMethod', [], { Algorithm: 'http://www.w3.org/2001/04/xmlenc#sha256' }),
    leaf('ds:DigestValue', toBase64(fromHex(signer.fingerprint))),
  ])
  return [validationObject(`C-${index + 1}`, 'certificate', [digest])]
}

function timestampObject(stamp: TimestampReport, id: string): Xml {
  const main = MAIN[stamp.indication].replace('total-', '')
  const report = element('ValidationReport', [status('SignatureValidationStatus', main, stamp.subIndication)])
  const time = dateTime(stamp.time)
  const poe = time === undefined || stamp.indication !== 'TOTAL-PASSED' ? null : poeOf(time)
  const uri = leaf('URI', `urn:countersign:time-stamp:${stamp.kind}`)
  return validationObject(id, 'timestamp', [uri], [poe, report])
}

const poeOf = (time: string): Xml =>
  element('POE', [leaf('POETime', time), leaf('TypeOfProof', 'urn:etsi:019102:poetype:validation')])

function validationObject(id: string, kind: string, content: readonly Xml[], more: readonly (Xml | null)[] = []): Xml {
  return element(
    'ValidationObject',
    [
      leaf('ObjectType', `urn:etsi:019102:validationObject:${kind}`),
      element('ValidationObjectRepresentation', content),
      ...more,
    ],
    { id },
  )
}
