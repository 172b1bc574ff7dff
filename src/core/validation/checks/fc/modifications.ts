import { resultOf, type Check } from '../../check.ts'

/** Every change after the signature is explained and permitted by DocMDP, FieldMDP and locks (ISO 32000-2, 12.8.2). */
export const modifications: Check = ({ facts }) => {
  const of = resultOf('modifications', 'fc')
  const { modifications: level, modificationsPermitted, changes } = facts.document
  const list = changes.map((change) => [change.what, change.field ?? change.object].filter(Boolean).join(' '))
  const evidence = [level, ...list.slice(0, 20)].join('; ')
  if (!modificationsPermitted || level === 'other') return [of.failed('FORMAT_FAILURE', evidence)]
  return [of.passed(evidence)]
}
