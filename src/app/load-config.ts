import { SignError } from '../core/errors.ts'
import type { Clock } from '../core/ports.ts'
import { DEFAULT_CONFIG, parseConfig, type Config } from './config.ts'

export type LoadedConfig = Readonly<{
  config: Config
  /**
   * `default`: this deployment has no config.json. `last-good`: offline, the copy of `date`. `none`: it could not be read
   * and never was; what needs no settings works all the same.
   */
  source: 'network' | 'last-good' | 'default' | 'none'
  date: Date
}>

export type ConfigSource = Readonly<{
  /** Text of config.json, never from a cache; null when the deployment has none (404). Rejects when it cannot be asked. */
  fetchText: () => Promise<string | null>
  /** The copy that was good last; null when there is none. Neither may reject. */
  readLastGood: () => Promise<{ text: string; date: Date } | null>
  writeLastGood: (copy: { text: string; date: Date }) => Promise<void>
  clock: Clock
}>

/**
 * Loads the deployment's config. Offline, the last good copy serves; the frame (`maxAge: true`) refuses one older than that
 * copy's own `policy.maxConfigAgeHours`.
 *
 * @throws SignError `CONFIG_INVALID` (details: each problem under its path), `CONFIG_UNREACHABLE`
 */
export async function loadConfig(source: ConfigSource, { maxAge }: { maxAge: boolean }): Promise<LoadedConfig> {
  let text: string | null
  try {
    text = await source.fetchText()
  } catch (cause) {
    return lastGood(source, maxAge, cause)
  }
  const date = source.clock.now()
  if (text === null) return { config: DEFAULT_CONFIG, source: 'default', date }
  const config = accept(text)
  // Nobody waits for the copy.
  void source.writeLastGood({ text, date })
  return { config, source: 'network', date }
}

function accept(text: string): Config {
  const parsed = parseConfig(text)
  if (parsed.ok) return parsed.config
  const details = Object.fromEntries(
    parsed.problems.map(({ path, problem, got }) => [path || '/', `${problem}: ${got}`]),
  )
  throw new SignError('CONFIG_INVALID', `config.json: ${parsed.problems.length} problems`, { details })
}

async function lastGood(source: ConfigSource, maxAge: boolean, cause: unknown): Promise<LoadedConfig> {
  const copy = await source.readLastGood()
  const unreachable = (details: Record<string, string> = {}): SignError =>
    new SignError('CONFIG_UNREACHABLE', 'config.json could not be read', { cause, details })
  if (!copy) throw unreachable()
  const config = accept(copy.text)
  const hours = (source.clock.now().getTime() - copy.date.getTime()) / 3_600_000
  if (maxAge && hours > config.policy.maxConfigAgeHours) throw unreachable({ lastGood: copy.date.toISOString() })
  return { config, source: 'last-good', date: copy.date }
}
