/** The published entry: `countersign.js` (ESM), `countersign.iife.js` (`window.Countersign`), `countersign.d.ts`. */
import { defineCountersignFrame } from './countersign-frame.ts'

export { createSigner } from './create-signer.ts'
export type {
  EnvelopeOptions,
  EnvelopeResult,
  OpenEnvelopeOptions,
  PrepareEnvelopeOptions,
  SignDocument,
  Signer,
  SignerOptions,
  SignOptions,
  SignResult,
  VerifyResult,
} from './create-signer.ts'
export { CountersignFrame, defineCountersignFrame } from './countersign-frame.ts'
export type { HostPorts, LoadedDocument, SavedDocument } from './host-ports.ts'
export { CountersignError } from './protocol/channel.ts'
export type {
  EnvelopeAct,
  EnvelopeBinding,
  EnvelopeKind,
  EnvelopeNotice,
  EnvelopePerson,
  EnvelopeProposal,
  EnvelopeRole,
  EnvelopeStepSummary,
  EnvelopeSummary,
} from './protocol/envelopes.ts'
export type {
  ActivityEvent,
  SignerEventName,
  SignerEvents,
  SignerTheme,
  SignLevel,
  SignProfile,
  WireConfirmRequest,
  WireContext,
  WireFailure,
  WireFetchRequest,
  WireSignature,
  WireSignedDocument,
} from './protocol/messages.ts'

defineCountersignFrame()
