import { toHex } from '../core/bytes/bytes.ts'
import { digestBlob } from '../core/bytes/digest-blob.ts'
import { SignError } from '../core/errors.ts'
import { buildLink, LINK_KEY_LENGTH, parseLink, sameObject } from '../core/link/address.ts'
import { seal, unseal } from '../core/link/seal.ts'
import type { Ports } from '../core/ports.ts'
import type { LinkArguments, UnsealArguments } from './arguments.ts'
import { exists, isSameFile, openFile, readPassword, writeWhole } from './files.ts'
import type { Output } from './output.ts'
import { UsageError } from './usage.ts'

/** Prints the link; the person sends it on. @returns exit status. @throws UsageError, SignError `LINK_INVALID`, `HOST_SAVE_FAILED` */
export async function linkCommand(args: LinkArguments, ports: Ports, output: Output, signal: AbortSignal): Promise<0> {
  const { file: path, page, src, dst, method, seal: target, force } = args
  if (!URL.canParse(page)) throw new UsageError('--page is no address')
  const file = await openFile(path)
  const sha256 = toHex(await digestBlob(file.blob, 'SHA-256', ports.engine, { signal }))
  const key = target === undefined ? null : ports.random.bytes(LINK_KEY_LENGTH)
  const made = { src, dst: dst === undefined ? null : { url: dst, method }, name: file.name, sha256, who: null, key }
  const link = buildLink(page, made)
  // Read as the page will read it, so that nobody is sent a link that does not open.
  const read = parseLink(link)
  if (read.dst && sameObject(read.src, read.dst.url) && !(await isPdf(file))) {
    throw new UsageError('--dst is the document itself, which only a PDF may be: its signature is written into it')
  }
  if (target !== undefined && key !== null) {
    await refuseTarget(target, path, force)
    const sealed = await seal({ name: file.name, type: typeOf(file.name), blob: file.blob }, key, ports, { signal })
    await writeWhole(target, sealed, force, toHex(ports.random.bytes(6)))
  }
  output.line(link)
  return 0
}

/** @throws UsageError, SignError `LINK_INVALID`, `LINK_KEY_INCORRECT`, `LINK_DAMAGED`, `HOST_SAVE_FAILED` */
export async function unsealCommand(
  args: UnsealArguments,
  ports: Ports,
  output: Output,
  signal: AbortSignal,
): Promise<0> {
  const { file: path, linkFile, out, force } = args
  const text = (await readPassword(linkFile)).trim()
  if (!URL.canParse(text)) throw new SignError('LINK_INVALID', 'the file does not hold a link')
  const { key } = parseLink(text)
  if (key === null) throw new UsageError('this link has no key: its document is not sealed')
  await refuseTarget(out, path, force)
  const opened = await unseal((await openFile(path)).blob, key, ports, signal)
  await writeWhole(out, opened.blob, force, toHex(ports.random.bytes(6)))
  output.line(out)
  return 0
}

async function refuseTarget(target: string, input: string, force: boolean): Promise<void> {
  if (await isSameFile(target, input)) throw new UsageError(`the result would replace ${input}`)
  if (!force && (await exists(target))) throw new UsageError(`${target} exists already: --force replaces it`)
}

const isPdf = async ({ blob }: { blob: Blob }): Promise<boolean> => (await blob.slice(0, 1024).text()).includes('%PDF-')

const typeOf = (name: string): string => (/\.pdf$/i.test(name) ? 'application/pdf' : 'application/octet-stream')
