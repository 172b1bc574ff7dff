import type { FormField } from '../fields.ts'
import { isArray } from '../objects.ts'
import type { Resolver } from '../objects.ts'
import { textOf } from '../text.ts'

/** One of /Opt: what is stored and what is shown (ISO 32000-2, table 234). */
export type ChoiceOption = Readonly<{ exported: string; display: string }>

export async function optionsOf(reader: Resolver, field: FormField): Promise<ChoiceOption[]> {
  const items = await reader.resolve(field.inherited.get('Opt'))
  const options: ChoiceOption[] = []
  for (const item of isArray(items) ? items.slice(0, 10_000) : []) {
    const option = await reader.resolve(item)
    const pair = isArray(option) ? await Promise.all(option.map((part) => reader.resolve(part))) : [option, option]
    const exported = textOf(pair[0])
    if (exported !== null) options.push({ exported, display: textOf(pair[1]) ?? exported })
  }
  return options
}
