/** The verifying side of the worker, a chunk of its own: who only signs does not load it before the first result is checked. */
import { collectFiles } from '../core/formats/collect-any.ts'
import type { CollectOptions, SourceFile } from '../core/formats/format.ts'
import { sortMaterial } from '../core/formats/sort-material.ts'
import type { Ports } from '../core/ports.ts'
import type { FileFacts, SignatureFacts } from '../core/validation/facts.ts'
import { DEFAULT_POLICY } from '../core/validation/policy.ts'
import type { ValidationReport } from '../core/validation/report.ts'
import { validate } from '../core/validation/validate.ts'
import { fingerprint } from '../core/x509/certificate.ts'
import type { JudgeParams, Signed, SignParams, Validated, ValidateParams } from './protocol.ts'
import type { CallContext } from './serve.ts'

type Session = { params: ValidateParams; facts: readonly FileFacts[]; known: ReadonlySet<string> }

type Watch = Pick<CallContext, 'signal' | 'progress'>

export interface Sessions {
  /** The first file by itself: is it intact? No network, no anchors, nothing kept. */
  check(
    files: readonly SourceFile[],
    asked: NonNullable<SignParams['check']>,
    watch: Watch,
  ): Promise<Pick<Signed, 'report' | 'sha256'>>
  open(params: ValidateParams, context: CallContext): Promise<Validated>
  /** Reads the files again only when an anchor is honoured that no chain could have seen. */
  judge(params: JudgeParams & Readonly<{ session: number }>, context: CallContext): Promise<ValidationReport>
  forget(session: number): void
}

export function openSessions(ports: Ports): Sessions {
  const sessions = new Map<number, Session>()
  let next = 1

  async function read(params: ValidateParams, { signal, progress }: Watch): Promise<Session> {
    const { documents, ...material } = await sortMaterial(params.files)
    const certificates = [...params.certificates, ...material.certificates]
    const options: CollectOptions = {
      ...material,
      certificates,
      signal,
      progress,
      ...(params.password === undefined ? {} : { password: params.password }),
    }
    const facts = await collectFiles(documents, params.offline ? withoutNetwork(ports) : ports, options)
    return { params, facts, known: new Set([...certificates.map(fingerprint), ...seenIn(facts)]) }
  }

  return {
    async check(files, { at, ...asked }, watch) {
      const options: CollectOptions = { ...watch, ...asked }
      const facts = await collectFiles(files, withoutNetwork(ports), options)
      const isResult = ({ name }: { name: string }): boolean => name === files[0]?.name
      const report = validate(facts, DEFAULT_POLICY, at).files.find(isResult) ?? null
      const { sha256 } = facts.find(isResult) ?? {}
      return { report, ...(sha256 !== undefined && { sha256 }) }
    },
    async open(params, context) {
      const session = await read(params, context)
      const id = next++
      sessions.set(id, session)
      context.progress('checking', 1)
      return { session: id, report: validate(session.facts, params.policy, params.at) }
    },
    async judge({ session: id, policy, at, certificates }, context) {
      let session = sessions.get(id)
      if (!session) throw new RangeError(`no verification ${id}`)
      if (certificates.some((der) => !session?.known.has(fingerprint(der)))) {
        session = await read({ ...session.params, certificates }, context)
        sessions.set(id, session)
      }
      return validate(session.facts, policy, at)
    },
    forget: (id) => void sessions.delete(id),
  }
}

function withoutNetwork({ clock, random, engine }: Ports): Ports {
  return { clock, random, engine }
}

function seenIn(files: readonly FileFacts[]): readonly string[] {
  const all = (facts: SignatureFacts): readonly string[] => [
    ...facts.certificates.map((certificate) => certificate.fingerprint),
    ...facts.counterSignatures.flatMap(all),
    ...facts.timestamps.flatMap(({ token }) => (token ? all(token) : [])),
  ]
  return files.flatMap(({ signatures }) => signatures.flatMap(all))
}
