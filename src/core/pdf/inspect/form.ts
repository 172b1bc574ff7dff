import type { Look } from './look.ts'

/** Forms that a reader draws anew: XFA (ISO 32000-1, 12.7.8; gone in ISO 32000-2), and appearances made on opening. */
export async function checkForm(look: Look): Promise<void> {
  const catalog = (await look.document.catalog())?.dict ?? null
  if ((await look.value(catalog, 'NeedsRendering')) === true) look.note('content-xfa', 'warning', 'NeedsRendering')
  const form = look.form?.dict ?? null
  if (form?.get('XFA')) look.note('content-xfa', 'warning', 'AcroForm')
  const isRedrawn = (await look.value(form, 'NeedAppearances')) === true
  if (isRedrawn && (look.form?.fields.length ?? 0) > 0) look.note('content-need-appearances', 'warning', 'AcroForm')
}
