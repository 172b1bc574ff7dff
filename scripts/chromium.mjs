// Finds a Chromium: Playwright's own, the system's, else installs one. Shared by the unit tests, e2e, bench and screenshots.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
]

/** Path of a browser that can be started, or null. */
export function findChromium() {
  const named = process.env.COUNTERSIGN_CHROMIUM
  if (named && existsSync(named)) return named
  const own = chromium.executablePath()
  if (own && existsSync(own)) return own
  return SYSTEM.find((path) => existsSync(path)) ?? null
}

/** Finds or installs. @throws Error naming what was tried. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  console.log('no Chromium found: npx playwright install chromium')
  spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'inherit' })
  let now = findChromium()
  if (!now && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('that failed: apt-get install chromium')
    spawnSync('sh', ['-c', 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium'], {
      stdio: 'inherit',
    })
    now = findChromium()
  }
  if (!now) throw new Error('no Chromium: install one, or set COUNTERSIGN_CHROMIUM to its path')
  return now
}

/** Launch options for Playwright; quiet flags, and no sandbox where root could not have one. */
export function chromiumLaunch() {
  const executablePath = findChromium()
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  if (process.getuid?.() === 0) args.unshift('--no-sandbox')
  return executablePath ? { executablePath, args } : { args }
}
