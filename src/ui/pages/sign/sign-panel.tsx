import { useId, useState } from 'react'
import type { KeyCard, KeyListing, KeyRef } from '../../../app/manage-keys.ts'
import type { Beside } from '../../../app/sign-documents.ts'
import type { SourceFile } from '../../../core/formats/format.ts'
import { CertificatePicker } from '../../components/certificate-picker.tsx'
import { ExpiryNotice } from '../../components/expiry-notice.tsx'
import { Notice, RefusalNotice } from '../../components/notice.tsx'
import { SheetToggle } from '../../components/sheet-toggle.tsx'
import { useI18n } from '../../i18n/context.tsx'
import type { I18n } from '../../i18n/i18n.ts'
import { nameOn } from '../../use-keys.ts'
import type { PdfView } from '../../viewer/use-pdf.ts'
import { AdvancedChoice } from './advanced.tsx'
import { containerFor } from './container.ts'
import { EnvelopeNotice } from './envelope-notice.tsx'
import { useFormState } from './form-state.ts'
import type { FormState } from './form-state.ts'
import { FormStatus } from './form-status.tsx'
import { LookChoice } from './look-choice.tsx'
import { useLook } from './look.ts'
import { PlaceChoice } from './place-choice.tsx'
import { RunProgress } from './run-progress.tsx'
import { besideFor, SecondSignature } from './second-signature.tsx'
import { envelopesAmong, placeFor } from './session.ts'
import type { SessionItem, SignSession } from './session.ts'

type Props = Readonly<{
  session: SignSession
  listing: KeyListing | null
  chosen: KeyCard | null
  onChoose: (key: KeyRef) => void
  onCreate: () => void
  /** The open PDF when there is just one. */
  view: PdfView | null
  /** The sample's key: said plainly, so that nobody takes it for their own. */
  isThrowAway?: boolean
  /** Where the signed document goes, when it does not stay here. */
  note?: string | undefined
  /** A second key may make a signature file of its own. A host takes one file for each document: there it may not. */
  maySignTwice?: boolean
  /** Where envelopes are signed; absent: they are not signed here at all. */
  onEnvelopes?: ((files: readonly SourceFile[]) => void) | undefined
}>

export function actLabel(i18n: I18n, items: readonly SessionItem[], signer: string): string {
  const [only] = items
  if (items.length !== 1 || !only) return i18n.t('sign.actMany', { count: items.length, signer })
  const pages = only.inspection?.pdf?.pages
  if (!pages) return i18n.t('sign.actFile', { name: only.file.name, signer })
  return i18n.t('sign.actPdf', { name: only.file.name, count: pages, signer })
}

/** The act: who signs, what will be in the file, one button that says it all. Without chrome: a page, a frame or a window holds it. */
export function SignPanel(props: Props) {
  const { session, listing, chosen, onChoose, onCreate, view, isThrowAway = false, note, maySignTwice = false } = props
  const { onEnvelopes } = props
  const i18n = useI18n()
  const { items, options, run } = session
  const [folding, setFolding] = useState<boolean | null>(null)
  // Whoever has no key yet is shown at once where to get one.
  const unfolded = folding ?? (listing !== null && chosen === null)
  const optionsId = useId()
  const place = placeFor(session)
  const many = items.length > 1
  const only = many ? null : (items[0]?.inspection ?? null)
  const busy = run.status === 'running'
  const embeds = items.some((item) => containerFor(item.inspection, options) === 'embedded')
  const twice = maySignTwice && items.some((item) => containerFor(item.inspection, options) === 'detached')
  return (
    <div className="sign-panel" data-unfolded={unfolded}>
      <SheetToggle
        unfolded={unfolded}
        controls={optionsId}
        onToggle={() => setFolding(!unfolded)}
        summary={summaryOf(i18n, session, chosen, embeds)}
      />
      <div className="sign-options" id={optionsId}>
        <CertificatePicker listing={listing} chosen={chosen} onChoose={onChoose} onCreate={onCreate} disabled={busy} />
        {chosen && !busy && <ExpiryNotice card={chosen} onRenewed={({ ref }) => onChoose(ref)} />}
        {isThrowAway && (
          <Notice tone="idle" title={i18n.t('sign.throwAwayNotice')}>
            <p>{i18n.t('sign.throwAwayMeans')}</p>
          </Notice>
        )}
        {/* Only a host says 'embedded' outright: then there is nothing to choose. */}
        {options.container !== 'embedded' && <ContainerChoice session={session} disabled={busy} />}
        {twice && (
          <SecondSignature session={session} listing={listing} chosen={chosen} embeds={embeds} disabled={busy} />
        )}
        {embeds && (
          <PlaceChoice
            place={place}
            onPlace={(place) => session.setOptions({ place })}
            onShowPage={(page) => session.show({ page })}
            view={view}
            inspection={only}
            many={many}
            disabled={busy}
          />
        )}
        {embeds && place.kind !== 'none' && <LookChoice session={session} chosen={chosen} disabled={busy} />}
        {embeds && <ReasonFields session={session} disabled={busy} />}
        {embeds && <AdvancedChoice session={session} disabled={busy} />}
      </div>
      <div className="sign-act">
        {run.status === 'running' ? (
          <RunProgress run={run} items={items} onCancel={session.cancel} note={note} />
        ) : (
          <Act
            session={session}
            chosen={chosen}
            note={note}
            beside={twice ? besideFor(session, listing, chosen) : null}
            onEnvelopes={onEnvelopes}
          />
        )}
      </div>
    </div>
  )
}

/** What the folded options hold, in one line: who, how, where. */
function summaryOf(i18n: I18n, session: SignSession, chosen: KeyCard | null, embeds: boolean): string {
  const { kind } = placeFor(session)
  const parts = [chosen ? nameOn(chosen) : i18n.t('sign.needCertificate')]
  // Nothing is said of what nobody has chosen yet.
  const known = session.items.some((item) => containerFor(item.inspection, session.options) !== null)
  if (known) parts.push(i18n.t(embeds ? 'sign.container_embedded' : 'sign.container_detached'))
  if (embeds) parts.push(i18n.t(kind === 'none' ? 'sign.placeNone' : 'sign.placeVisible'))
  return parts.join(' · ')
}

function ContainerChoice({ session, disabled }: { session: SignSession; disabled: boolean }) {
  const i18n = useI18n()
  const group = useId()
  const { items, options } = session
  const anyPdf = items.some((item) => item.inspection?.containers.includes('embedded'))
  // Nothing is chosen for a PDF that cannot be signed inside: a file beside it is made only when asked for.
  const proposed = items.some((item) => item.inspection?.proposed === 'detached') ? 'detached' : null
  const chosen = options.container === 'auto' ? (anyPdf ? 'embedded' : proposed) : options.container
  if (items.some((item) => !item.inspection)) return <div className="placeholder container-placeholder" />
  return (
    <fieldset className="stack-tight" disabled={disabled}>
      <legend className="section-label">{i18n.t('sign.whereSignature')}</legend>
      <div className="segmented">
        {(['embedded', 'detached'] as const).map((container) => (
          <label key={container}>
            <input
              type="radio"
              name={group}
              checked={chosen === container}
              disabled={container === 'embedded' && !anyPdf}
              onChange={() => session.setOptions({ container: container === 'embedded' ? 'auto' : container })}
            />
            <span>{i18n.t(`sign.container_${container}`)}</span>
          </label>
        ))}
      </div>
      {chosen && (
        <p className="small muted">{i18n.t(chosen === 'embedded' ? 'sign.embeddedMeans' : 'sign.detachedMeans')}</p>
      )}
    </fieldset>
  )
}

function ReasonFields({ session, disabled }: { session: SignSession; disabled: boolean }) {
  const i18n = useI18n()
  const id = useId()
  const { options } = session
  return (
    <fieldset className="reason-fields" disabled={disabled}>
      <legend className="visually-hidden">{i18n.t('sign.optional')}</legend>
      {(['reason', 'location'] as const).map((name) => (
        <div className="field" key={name}>
          <label htmlFor={`${id}-${name}`}>
            {i18n.t(`sign.${name}`)} <span className="muted">{i18n.t('sign.optionalMark')}</span>
          </label>
          <input
            id={`${id}-${name}`}
            className="input"
            maxLength={200}
            value={options[name] ?? ''}
            onChange={(event) => session.setOptions({ [name]: event.target.value })}
          />
        </div>
      ))}
    </fieldset>
  )
}

/** Why the button cannot act yet, in words; null when it can. */
export function obstacle(
  i18n: I18n,
  session: SignSession,
  chosen: KeyCard | null,
  form: FormState | null,
): string | null {
  const { items, options } = session
  if (envelopesAmong(session).length > 0) return i18n.t('sign.needOwnPage')
  if (!chosen) return i18n.t('sign.needCertificate')
  if (items.length === 1) {
    const inspection = items[0]?.inspection
    if (!inspection) return i18n.t('sign.stillReading')
    if (inspection.pdf?.encryption === 'password-required' && options.container !== 'detached') {
      return i18n.t('sign.needPassword')
    }
    if (containerFor(inspection, options) === null) return i18n.t('sign.cannotSignThis')
    if (form?.closed === null && form.missing.length > 0) return i18n.t('sign.needFields')
    if (form?.closed === null && form.unwritable.length > 0) return i18n.t('sign.needOtherText')
  }
  const expired = chosen.validity === 'expired' || chosen.validity === 'not-yet-valid'
  return expired && !options.insistOnInvalidCertificate ? i18n.t('sign.needConsentInvalid') : null
}

type ActProps = Readonly<{
  session: SignSession
  chosen: KeyCard | null
  note: string | undefined
  beside: Beside | null
  onEnvelopes: Props['onEnvelopes']
}>

function Act({ session, chosen, note, beside, onEnvelopes }: ActProps) {
  const i18n = useI18n()
  const reasonId = useId()
  const { finish } = useLook(session, chosen)
  const { items, options, run } = session
  const form = useFormState(session)
  const blocked = obstacle(i18n, session, chosen, form)
  const envelopes = envelopesAmong(session).length > 0
  const invalid = chosen && (chosen.validity === 'expired' || chosen.validity === 'not-yet-valid')
  const label = chosen ? actLabel(i18n, items, nameOn(chosen)) : i18n.t('sign.act')
  return (
    <>
      {run.status === 'idle' && run.refusal && <RefusalNotice refusal={run.refusal} />}
      {form && <FormStatus session={session} form={form} />}
      <EnvelopeNotice session={session} onEnvelopes={onEnvelopes} />
      {invalid && (
        <Notice tone="warn" title={i18n.t('sign.invalidCertificate')}>
          <label className="choice">
            <input
              type="checkbox"
              checked={options.insistOnInvalidCertificate ?? false}
              onChange={(event) => session.setOptions({ insistOnInvalidCertificate: event.target.checked })}
            />
            <span>{i18n.t('sign.insist')}</span>
          </label>
        </Notice>
      )}
      <button
        type="button"
        className={`button wide act ${envelopes ? '' : 'primary'}`}
        aria-disabled={blocked !== null}
        aria-describedby={reasonId}
        onClick={() => {
          if (blocked === null && chosen) void session.sign(chosen.ref, finish, beside)
        }}
      >
        {label}
      </button>
      <p className="small muted" id={reasonId}>
        {blocked ?? note ?? i18n.t('sign.nothingLeaves')}
      </p>
    </>
  )
}
