import { useI18n } from './i18n/context.tsx'
import { useServices } from './services.tsx'

/** Settings that are not those of now are said to be so: whom to trust and where to go may have changed since. */
export function SettingsBar() {
  const i18n = useI18n()
  const { settings } = useServices()
  if (settings?.source !== 'last-good' && settings?.source !== 'none') return null
  return (
    <p className="settings-bar no-print">
      {settings.source === 'none'
        ? i18n.t('common.settingsNone')
        : i18n.t('common.settingsOf', { date: i18n.dateTime(settings.date) })}
    </p>
  )
}
