import { expect, test } from 'vitest'
import type { SignError } from '../errors.ts'
import type { SignatureAlgorithm } from '../keys.ts'
import type { Engine, Ports } from '../ports.ts'
import { fakeClock, testRandom } from '../../testing/ports.ts'
import { testEngine } from '../../testing/engines.ts'
import { signerInfoOf, testChain, type TestParty } from '../../testing/pki.ts'
import type { PreparedSignature, SignatureFormat, SignedFile, SignRequest, SourceFile } from './format.ts'

type SigningHalf<P, S> = Pick<SignatureFormat<P, S>, 'prepare' | 'embed'>

/** What a format hands to the laws that every format must keep. */
export type FormatCase<P, S> = Readonly<{
  name: string
  format: SigningHalf<P, S>
  options: P
  /** A file that this format can sign. */
  file: () => Promise<SourceFile>
  /** 'prefix': the original's bytes are a prefix of the result; 'detached': the original is not in the result. */
  container: 'prefix' | 'detached'
  algorithms: readonly SignatureAlgorithm[]
  /** Cryptographic check of the result by the format's own collect or parser; absent: other tests do it. */
  check?: (signed: SignedFile, original: SourceFile, ports: Ports) => Promise<void>
}>

export const contractPorts = (engine: Engine = testEngine): Ports => ({
  clock: fakeClock('2026-11-22T10:00:00Z'),
  random: testRandom,
  engine,
})

const requestOf = <P>(file: SourceFile, leaf: TestParty, options: P): SignRequest<P> => ({
  files: [file],
  signers: [{ signer: signerInfoOf(leaf), mechanism: leaf.key.mechanism }],
  level: 'B-B',
  options,
})

async function sign<P, S>(format: SigningHalf<P, S>, request: SignRequest<P>, leaf: TestParty): Promise<SignedFile> {
  const ports = contractPorts()
  const prepared = await format.prepare(request, ports)
  const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
  return format.embed(prepared, values, ports)
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

/** The laws of prepare -> sign -> embed. */
export function formatContract<P, S>(given: FormatCase<P, S>): void {
  const { name, format, options } = given

  test.each(given.algorithms)(`${name}: signs with %s and leaves the original as it was`, async (algorithm) => {
    const file = await given.file()
    const before = await bytesOf(file.blob)
    const { leaf } = await testChain(algorithm)
    const signed = await sign(format, requestOf(file, leaf, options), leaf)
    const after = await bytesOf(signed.blob)
    expect(await bytesOf(file.blob)).toEqual(before)
    expect(signed.name).not.toBe('')
    if (given.container === 'prefix') expect(after.subarray(0, before.length)).toEqual(before)
    await given.check?.(signed, file, contractPorts())
  })

  test(`${name}: the state may wait anywhere (structured clone) between prepare and embed`, async () => {
    const { leaf } = await testChain()
    const ports = contractPorts()
    const file = await given.file()
    const prepared = structuredCloneOf(await format.prepare(requestOf(file, leaf, options), ports))
    const values = await Promise.all(prepared.toBeSigned.map(({ dtbs }) => leaf.key.sign(dtbs)))
    const signed = await format.embed(prepared, values, ports)
    expect(signed.blob.size).toBeGreaterThan(0)
    await given.check?.(signed, file, ports)
  })

  test(`${name}: a value of another key, a changed value and a cut one are refused, and nothing is written`, async () => {
    const { leaf, intermediate } = await testChain()
    const ports = contractPorts()
    const prepared = await format.prepare(requestOf(await given.file(), leaf, options), ports)
    const dtbs = prepared.toBeSigned[0]?.dtbs ?? new Uint8Array(0)
    const good = await leaf.key.sign(dtbs)
    const bad = [await intermediate.key.sign(dtbs), good.map((byte, i) => (i === 9 ? byte ^ 4 : byte)), good.slice(1)]
    for (const value of bad) await expectCode(format.embed(prepared, [value], ports), 'KEY_SIGNATURE_INVALID')
    await expect(format.embed(prepared, [], ports)).rejects.toThrow(RangeError)
    await expect(format.embed(prepared, [good, good], ports)).rejects.toThrow(RangeError)
  })

  test(`${name}: a cancel before or during prepare is AbortError`, async () => {
    const { leaf } = await testChain()
    const request = requestOf(await given.file(), leaf, options)
    const early = format.prepare({ ...request, signal: AbortSignal.abort() }, contractPorts())
    await expect(early).rejects.toMatchObject({ name: 'AbortError' })
    const controller = new AbortController()
    const late = format.prepare({ ...request, signal: controller.signal }, contractPorts())
    controller.abort()
    await expect(late).rejects.toMatchObject({ name: 'AbortError' })
  })

  test(`${name}: progress runs from 0 to 1 and never back`, async () => {
    const { leaf } = await testChain()
    const seen = new Map<string, number[]>()
    const progress = (step: string, done: number) => seen.set(step, [...(seen.get(step) ?? []), done])
    await format.prepare({ ...requestOf(await given.file(), leaf, options), progress }, contractPorts())
    for (const values of seen.values()) {
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true)
    }
    expect(seen.get('digesting')?.at(-1)).toBe(1)
  })

  test(`${name}: an empty file and a mechanism that the key lacks are refused with a code`, async () => {
    const { leaf } = await testChain('ECDSA-P256')
    const request = requestOf(await given.file(), leaf, options)
    const empty = { ...request, files: [{ name: 'empty', blob: new Blob([]) }] }
    await expectCode(format.prepare(empty, contractPorts()), 'FORMAT_EMPTY_FILE')
    const mechanism = { signature: 'RSA-PSS', digest: 'SHA-256' } as const
    const wrong = { ...request, signers: [{ signer: signerInfoOf(leaf), mechanism }] }
    await expectCode(format.prepare(wrong, contractPorts()), 'KEY_ALGORITHM_UNSUPPORTED')
  })
}

const structuredCloneOf = <S>(prepared: PreparedSignature<S>): PreparedSignature<S> => structuredClone(prepared)

async function expectCode(promise: Promise<unknown>, code: SignError['code']): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'SignError', code })
}
