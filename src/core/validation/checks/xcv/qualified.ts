import { resultOf, type Check } from '../../check.ts'

/** What the certificate itself says (ETSI EN 319 412-5); only a trusted list (TS 119 615) could confirm it. */
export const qualified: Check = ({ facts: { signer }, purpose }) => {
  if (purpose !== 'signing' || !signer?.qualified) return []
  const { compliance, qscd, types } = signer.qualified
  const says = [compliance && 'qualified', qscd && 'on a QSCD', ...types].filter(Boolean).join(', ')
  return [resultOf('trusted-list', 'xcv').notChecked(`the certificate states: ${says || 'nothing'}`)]
}
