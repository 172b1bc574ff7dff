import type { FileFacts, SignatureFacts } from '../validation/facts.ts'
import { unreadable } from './signer-facts.ts'

/** A signature of a kind that is not verified here: named, so that nobody takes the file for unsigned, and never passed. */
export function notChecked(file: string, id: string, kind: 'XAdES' | 'OOXML' | 'ODF'): SignatureFacts {
  const facts = unreadable({ id, file, format: kind }, '')
  return { ...facts, findings: [{ id: `${kind.toLowerCase()}-not-checked`, severity: 'info', evidence: id }] }
}

const MAX_XML = 64 << 20

/** An XML file that holds a signature; null: it holds none. */
export async function collectXml(file: string, blob: Blob): Promise<FileFacts | null> {
  if (blob.size > MAX_XML) return null
  const text = await blob.text()
  if (!text.includes('http://www.w3.org/2000/09/xmldsig#') || !/<([\w.-]+:)?Signature[\s>]/.test(text)) return null
  return {
    name: file,
    findings: [{ id: 'xades-not-checked', severity: 'warning', evidence: file }],
    signatures: [notChecked(file, 'signature-1', 'XAdES')],
  }
}
