import { createRoot } from 'react-dom/client'
import { DEFAULT_CONFIG } from './app/config.ts'
import type { LoadedConfig } from './app/load-config.ts'
import { refusalOf } from './app/refusal.ts'
import { compose } from './compose.entry.ts'
import { SignError } from './core/errors.ts'
import { systemClock } from './platform/clock.ts'
import { readSettings } from './read-config.entry.ts'
import { App } from './ui/app.tsx'
import { ClosedPage } from './ui/pages/embed/closed-page.tsx'

const element = document.getElementById('root')
if (!element) throw new TypeError('index.html has no #root')
const root = createRoot(element)

/** A wrong config.json closes the page; one that cannot be reached and never was good here leaves what needs none. */
async function start(): Promise<void> {
  const settings = await readSettings(false).catch((error: unknown): LoadedConfig => {
    if (!(error instanceof SignError) || error.code !== 'CONFIG_UNREACHABLE') throw error
    return { config: DEFAULT_CONFIG, source: 'none', date: systemClock.now() }
  })
  root.render(<App services={compose({ config: settings.config, settings })} />)
}

start().catch((error: unknown) => root.render(<ClosedPage closed={{ kind: 'failed', refusal: refusalOf(error) }} />))
