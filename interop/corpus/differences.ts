import type { Given } from './expectations.ts'

/** Where our answer is another one than the manifest's, and why ours stands. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  '2-invalid-pdf/dss__pades-lta-copied-doctst.pdf':
    "the signature is intact and the copied time-stamp is refused, as expected; beyond that the update overwrites object 45, which LibreOffice's /AdditionalStreams in the signed trailer shows: a change that no rule explains (pyHanko: OTHER too)",
  '5-cades/dss__cades-broken-sig-tst.p7m':
    'the value holds a DigestInfo without the NULL that RFC 8017, 9.2 prescribes: OpenSSL and WebCrypto refuse it, BouncyCastle (DSS) takes it; the time-stamp itself verifies, its authority had expired the second before',
}

const XML = 'XML signatures are not verified yet: named as not checked, never passed'

/** The reason in writing; undefined: the difference is a fault. */
export function differenceOf(file: string, given: Given): string | undefined {
  return given === 'not-checked' ? XML : DIFFERENCES[file]
}

type Otherwise = Readonly<{ pyhanko?: string; dss?: string }>

const READS_MORE = (what: string): string =>
  `pyHanko gives up: ${what}; we read on, and say no more for it than stands there`
const SILENT = 'DSS leaves out a signature that it cannot read; ours is in the report, unreadable and failed'
const MIXED =
  'digestAlgorithm and signatureAlgorithm name two digests. The value holds a DigestInfo of the first and verifies as such (OpenSSL too); we accept it with the warning cms-digests-differ, this judge goes by the second'

/** Where pyHanko or DSS come to another answer about integrity, coverage or modifications than we, and why ours stands. */
const JUDGED_OTHERWISE: Readonly<Record<string, Otherwise>> = {
  '1-valid-pdf/pyHanko__ed448-shake256-nolen.pdf': {
    dss: 'DSS cannot compute a SHAKE256 digest and ends with an error',
  },
  '1-valid-pdf/node-signpdf__signed-twice.pdf': {
    dss: 'node-forge signed its attributes unsorted; they verify as they stand (OpenSSL, pdfsig, pyHanko too) and we warn that they are not DER; DSS sorts them first',
  },
  '2-invalid-pdf/dss__pdf-signed-corrupted.pdf': { pyhanko: READS_MORE('an object between the revisions is broken') },
  '2-invalid-pdf/dss__BadEncodedCMS.pdf': { pyhanko: READS_MORE('the CMS is no DER'), dss: SILENT },
  '2-invalid-pdf/dss__pdf-with-empty-sig.pdf': { pyhanko: READS_MORE('the CMS is empty'), dss: SILENT },
  '2-invalid-pdf/dss__pades-lta-copied-doctst.pdf': {
    dss: 'DSS looks at no change beside the time-stamps; the update overwrites object 45, which the signed trailer shows (pyHanko: OTHER too)',
  },
  '2-invalid-pdf/dss__pades-signed-annot-added.pdf': {
    dss: 'a FreeText annotation was added, which DSS counts as form filling; it can show any text, and nobody permitted annotations (pyHanko: OTHER too)',
  },
  '2-invalid-pdf/dss__pdf-structtreeroot-changes.pdf': {
    dss: 'the update changes the structure tree, which screen readers read; DSS ignores it (pyHanko: OTHER too)',
  },
  '2-invalid-pdf/dss__pdf-double-signer-info.pdf': {
    pyhanko:
      'pyHanko refuses a CMS with two signers; both verify, and we warn that a PDF signature should have one (ISO 32000-2, 12.8.3.3.1)',
  },
  '2-invalid-pdf/dss__pades-bes-no-certificates.pdf': {
    pyhanko:
      'no certificate, so nothing can be verified: an error for pyHanko, undetermined for us (EN 319 102-1, 5.2.3)',
    dss: 'no certificate: DSS is INDETERMINATE as we are, and calls a value that it cannot verify not intact',
  },
  '2-invalid-pdf/dss__pades-unsupported-signature-algorithm.pdf': {
    pyhanko:
      'the OID of a curve stands where a signature algorithm belongs: pyHanko takes what it does not know for invalid',
    dss: 'the OID of a curve stands where a signature algorithm belongs: DSS takes what it does not know for not intact',
  },
  '3-attack-pdf/dss__pdf-spoofing-attack.pdf': { pyhanko: READS_MORE('/Encrypt is no dictionary') },
  '3-attack-pdf/dss__replace.pdf': {
    pyhanko:
      'a field already showed something else than its value when it was signed, and the update swaps what is shown: pyHanko permits a new appearance of any kind, which is the shadow attack "replace"',
  },
  '3-attack-pdf/dss__pades_infinite_loop.pdf': { pyhanko: READS_MORE('a stream ends too early') },
  '3-attack-pdf/pyHanko__tail-uncovered.pdf': {
    dss: 'bytes behind the covered ones belong to no revision; DSS does not ask for that (pyHanko: not covered too)',
  },
  '3-attack-pdf/pyHanko__one-byterange.pdf': { dss: SILENT },
  '3-attack-pdf/pyHanko__form-update-ap-indirect-sneaky-trailer.pdf': {
    dss: 'the appearance that the update replaces is used by the trailer too: only the whitelist of uses finds that (pyHanko: OTHER too); DSS warns of a visual difference',
  },
  '3-attack-pdf/pyHanko__form-tree-circular-ref-input.pdf': { pyhanko: READS_MORE('a loop in the form') },
  '3-attack-pdf/pyHanko__minimal-startxref-hopeless.pdf': {
    pyhanko: READS_MORE('startxref leads nowhere; the file is searched'),
  },
  '3-attack-pdf/pyHanko__malformed-encrypt-dict1.pdf': {
    pyhanko:
      'pyHanko counts signatures without decrypting; with a broken /Encrypt nothing in the file can be trusted to be read rightly (DSS and qpdf refuse too)',
  },
  '3-attack-pdf/qpdf__append-xref-loop.pdf': {
    pyhanko: READS_MORE('the cross-reference sections form a loop; the file is searched'),
  },
  '3-attack-pdf/qpdf__issue-99.pdf': { pyhanko: READS_MORE('startxref leads nowhere; the file is searched') },
  '5-cades/dss__BER_reordered_prova.txt.p7m': {
    pyhanko:
      'attributes that were signed unsorted: they verify as they stand and we warn that they are not DER (DSS accepts too); pyHanko and OpenSSL sort them first',
  },
  '5-cades/dss__CAdES-BpB-att-SHA256-SHA512withRSA.p7m': { pyhanko: MIXED, dss: MIXED },
  '5-cades/dss__CAdES-BpB-att-SHA3_256-SHA256withRSA.p7m': { pyhanko: MIXED, dss: MIXED },
  '5-cades/dss__cades-broken-sig-tst.p7m': {
    dss: 'the value holds a DigestInfo without the NULL that RFC 8017, 9.2 prescribes: OpenSSL, WebCrypto and pyHanko refuse it, BouncyCastle (DSS) takes it',
  },
  '5-cades/dss__cades-double-signing-time.p7m': {
    dss: 'the countersignature has signing-time twice: its value verifies over the octets as they stand and we warn (cms-attribute-twice); DSS encodes the attributes anew, without the second, and finds them changed',
  },
}

/** The reasons in writing why a judge differs; none: it must not. */
export function judgedOtherwise(file: string, ours: Given): Otherwise {
  return ours === 'not-checked' ? { dss: XML } : (JUDGED_OTHERWISE[file] ?? {})
}
