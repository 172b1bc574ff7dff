import { resultOf, type Check } from '../../check.ts'

/** Validation context (EN 319 102-1, 5.2.4): an explicit signature policy is named, its rules are not evaluated. */
export const signaturePolicy: Check = ({ facts }) =>
  facts.signaturePolicy ? [resultOf('signature-policy', 'vci').notChecked(facts.signaturePolicy)] : []
