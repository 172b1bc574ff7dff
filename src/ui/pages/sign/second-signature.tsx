import { useId } from 'react'
import type { KeyCard, KeyListing } from '../../../app/manage-keys.ts'
import type { Beside } from '../../../app/sign-documents.ts'
import { useI18n } from '../../i18n/context.tsx'
import { nameOn, sameKey } from '../../use-keys.ts'
import type { SignSession } from './session.ts'

const isPostQuantum = (card: KeyCard): boolean => card.certificate.publicKey.algorithm.startsWith('ML-DSA')

/** Keys that may sign a second time, post-quantum beside a classical one; those of the same holder first. */
export function companionsOf(listing: KeyListing | null, chosen: KeyCard | null): readonly KeyCard[] {
  if (!listing || !chosen || isPostQuantum(chosen)) return []
  const mine = (card: KeyCard): boolean => card.certificate.subject.text === chosen.certificate.subject.text
  return listing.keys
    .filter((card) => isPostQuantum(card) && card.maySign === null && /^(valid|expires-soon)$/.test(card.validity))
    .toSorted((a, b) => Number(mine(b)) - Number(mine(a)))
}

/**
 * What the person chose, or else what a pair of keys of one holder means: both sign, each in a file of its own, so that no verifier
 * loses the classical signature over one that it does not know.
 */
export function besideFor(
  { beside }: Pick<SignSession, 'beside'>,
  listing: KeyListing | null,
  chosen: KeyCard | null,
): Beside | null {
  const companions = companionsOf(listing, chosen)
  if (beside !== undefined) return companions.some(({ ref }) => beside && sameKey(ref, beside.key)) ? beside : null
  const [first] = companions
  const isPair = first && first.certificate.subject.text === chosen?.certificate.subject.text
  return isPair ? { key: first.ref, files: 'two' } : null
}

type Props = Readonly<{
  session: SignSession
  listing: KeyListing | null
  chosen: KeyCard | null
  /** Some of the documents are signed inside: there only the first key signs. */
  embeds: boolean
  disabled: boolean
}>

/** Stands there only when there is a key for it and a signature file to put it in. */
export function SecondSignature({ session, listing, chosen, embeds, disabled }: Props) {
  const i18n = useI18n()
  const group = useId()
  const companions = companionsOf(listing, chosen)
  const [first] = companions
  if (!first) return null
  const beside = besideFor(session, listing, chosen)
  const key = beside?.key ?? first.ref
  const files = beside?.files ?? 'none'
  return (
    <fieldset className="stack-tight" disabled={disabled}>
      <legend className="section-label">{i18n.t('sign.second')}</legend>
      <div className="segmented">
        {(['none', 'two', 'one'] as const).map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name={group}
              checked={files === choice}
              onChange={() => session.setBeside(choice === 'none' ? null : { key, files: choice })}
            />
            <span>{i18n.t(`sign.second_${choice}`)}</span>
          </label>
        ))}
      </div>
      {companions.length > 1 && beside && (
        <div className="field">
          <label htmlFor={`${group}-key`}>{i18n.t('sign.secondKey')}</label>
          <select
            id={`${group}-key`}
            className="select"
            value={companions.findIndex((card) => sameKey(card.ref, key))}
            onChange={(event) => {
              const picked = companions[Number(event.target.value)]
              if (picked) session.setBeside({ key: picked.ref, files: beside.files })
            }}
          >
            {companions.map((card, index) => (
              <option key={`${card.ref.provider}/${card.ref.id}`} value={index}>
                {nameOn(card)}
                {card.label !== nameOn(card) && ` · ${card.label}`}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className="small muted">
        {i18n.t(`sign.secondMeans_${files}`)}
        {files !== 'none' && embeds && ` ${i18n.t('sign.secondNotInPdf')}`}
      </p>
    </fieldset>
  )
}
