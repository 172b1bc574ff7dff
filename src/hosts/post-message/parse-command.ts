import { MOST_ENCLOSED } from '../../core/envelope/enclosed.ts'
import { SignError } from '../../core/errors.ts'
import type { CommandDocument, CommandProfile, SignCommand } from '../../core/host.ts'
import { isRecord } from '../../host-sdk/protocol/messages.ts'
import { parseEnvelopeAsk } from './parse-envelope.ts'

const PROFILES: readonly CommandProfile[] = ['auto', 'PAdES', 'CAdES', 'XAdES', 'ASiC-E']
const LEVELS = ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const

export type CommandLimits = Readonly<{ documents: number; bytes: number }>

const DEFAULT_LIMITS: CommandLimits = { documents: 1000, bytes: 1024 * 2 ** 20 }

/**
 * Reads a host's `sign` call. What is unknown is ignored, what is malformed refuses the whole: half a command is none.
 *
 * @throws SignError `HOST_MESSAGE_INVALID` (details: field), `HOST_DOCUMENT_TOO_LARGE`
 */
export function parseCommand(value: unknown, limits: CommandLimits = DEFAULT_LIMITS): SignCommand {
  if (!isRecord(value)) throw invalid('command')
  const { requestId, documents } = value
  if (typeof requestId !== 'string' || !/^[\w.:-]{1,128}$/.test(requestId)) throw invalid('requestId')
  if (!Array.isArray(documents) || documents.length === 0 || documents.length > limits.documents) {
    throw invalid('documents')
  }
  const read = documents.map((one, index) => parseDocument(one, `documents/${index}`, limits))
  if (new Set(read.map(({ id }) => id)).size !== read.length) throw invalid('documents/id')
  const envelope = parseEnvelopeAsk(value['envelope'])
  // The envelope and what travels beside it; or those that it is to stand for.
  if (envelope && read.length > 1 + MOST_ENCLOSED) throw invalid('documents')
  const signer = text(value, 'signer', 64)
  if (signer !== null && !/^[0-9a-f]{64}$/.test(signer)) throw invalid('signer')
  return {
    requestId,
    documents: read,
    profile: oneOf(value, 'profile', PROFILES) ?? 'auto',
    level: oneOf(value, 'level', LEVELS),
    reason: text(value, 'reason', 255),
    location: text(value, 'location', 255),
    signer,
    fields: fieldValues(value['fields']),
    visible: value['visible'] === true,
    unattended: value['unattended'] === true,
    envelope,
  }
}

function parseDocument(value: unknown, field: string, limits: CommandLimits): CommandDocument {
  if (!isRecord(value)) throw invalid(field)
  const id = text(value, 'id', 1024)
  const name = text(value, 'name', 255)
  if (!id || !name) throw invalid(`${field}/${id ? 'name' : 'id'}`)
  const { blob } = value
  if (blob !== undefined && !(blob instanceof Blob)) throw invalid(`${field}/blob`)
  if (blob) checkSize(blob, name, limits.bytes)
  const sha256 = text(value, 'sha256', 64)
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) throw invalid(`${field}/sha256`)
  return { id, name, blob: blob ?? null, type: text(value, 'type', 255), version: text(value, 'version', 1024), sha256 }
}

/** @throws SignError `HOST_DOCUMENT_TOO_LARGE` */
export function checkSize(blob: Blob, name: string, bytes: number): void {
  if (blob.size <= bytes) return
  throw new SignError('HOST_DOCUMENT_TOO_LARGE', `${name}: ${blob.size} bytes`, {
    details: { name, size: blob.size, limit: bytes },
  })
}

function invalid(field: string): SignError {
  return new SignError('HOST_MESSAGE_INVALID', `the host sent a malformed ${field}`, { details: { field } })
}

function text(record: Record<string, unknown>, key: string, most: number): string | null {
  const value = record[key]
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string' || value.length > most) throw invalid(key)
  return value
}

function oneOf<T extends string>(record: Record<string, unknown>, key: string, choices: readonly T[]): T | null {
  const value = record[key]
  if (value === undefined || value === null) return null
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw invalid(key)
  return found
}

type FieldValue = SignCommand['fields'][string]

const isText = (value: unknown): value is string => typeof value === 'string'

const isFieldValue = (value: unknown): value is FieldValue =>
  isText(value) || typeof value === 'boolean' || (Array.isArray(value) && value.length <= 1000 && value.every(isText))

function fieldValues(value: unknown): Record<string, FieldValue> {
  if (value === undefined) return {}
  if (!isRecord(value)) throw invalid('fields')
  const entries = Object.entries(value)
  const good = entries.filter((entry): entry is [string, FieldValue] => isFieldValue(entry[1]))
  if (good.length !== entries.length || entries.length > 1000) throw invalid('fields')
  return Object.fromEntries(good)
}
