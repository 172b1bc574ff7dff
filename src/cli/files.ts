import { openAsBlob } from 'node:fs'
import { link, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { SignError } from '../core/errors.ts'
import type { SourceFile } from '../core/formats/format.ts'
import { UsageError } from './usage.ts'

/** Bytes stay on disk until they are asked for. @throws SignError `FORMAT_MALFORMED` when the file cannot be read */
export async function openFile(path: string): Promise<SourceFile> {
  try {
    if (!(await stat(path)).isFile()) throw new TypeError('not a regular file')
    return { name: basename(path), blob: await openAsBlob(path) }
  } catch (cause) {
    throw new SignError('FORMAT_MALFORMED', `cannot read ${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** A small file whole: a key, a certificate. @throws UsageError when it cannot be read or is larger */
export async function readSmall(path: string, limit = 16 << 20): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > limit) throw new RangeError(`larger than ${limit} bytes`)
    return new Uint8Array(await readFile(path))
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** The first line of a file, or of standard input. */
export async function readPassword(path: string): Promise<string> {
  const bytes = path === '-' ? await buffer(process.stdin) : await readSmall(path, 1 << 16)
  const text = new TextDecoder('utf-8').decode(bytes)
  return text.split(/\r?\n/, 1)[0] ?? ''
}

export function reasonOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  const known: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a directory',
    ENOSPC: 'no space left',
    EEXIST: 'it exists already',
  }
  return known[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

export const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** The same file on disk under whatever name (links, letter case). */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => resolve(path))))
  if (one === other) return true
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)))
  return Boolean(first?.ino) && first?.ino === second?.ino && first?.dev === second?.dev
}

/**
 * Written beside its place and moved there whole: whoever looks sees nothing or all of it.
 *
 * @param replace an existing file may be replaced
 * @throws SignError `HOST_SAVE_FAILED`
 */
export async function writeWhole(path: string, blob: Blob, replace: boolean, token: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${token}.tmp`)
  try {
    await mkdir(dirname(path), { recursive: true })
    const handle = await open(temporary, 'wx', 0o666)
    try {
      for await (const chunk of blob.stream()) await writeChunk(handle, chunk)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (replace) await rename(temporary, path)
    else await linkOrRename(temporary, path)
  } catch (cause) {
    throw new SignError('HOST_SAVE_FAILED', `cannot write ${path}: ${reasonOf(cause)}`, { cause })
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeChunk(handle: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten
}

/** A link fails where something stands already, a rename would replace it; some file systems have no links. */
async function linkOrRename(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EEXIST' || (await exists(path))) throw error
    await rename(temporary, path)
  }
}
