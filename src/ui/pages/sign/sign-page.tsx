import { lazy, Suspense, useCallback, useState } from 'react'
import type { KeyRef } from '../../../app/manage-keys.ts'
import { DropArea, DropVeil, PickFiles, useDropAndPaste } from '../../components/file-drop.tsx'
import { giveToEnvelopes } from '../../handover.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useChosenKey, useKeys } from '../../use-keys.ts'
import { useConfirmedDocuments } from './confirmed-documents.ts'
import { FirstRun, useThrowAwayKey } from './first-run.tsx'
import { KeptResults } from './kept-results.tsx'
import { useSignSession } from './session.ts'
import type { SignSession } from './session.ts'

const NewKeyDialog = lazy(async () => ({
  default: (await import('../../components/new-key-form.tsx')).NewKeyDialog,
}))
const SignWorkspace = lazy(async () => ({ default: (await import('./sign-workspace.tsx')).SignWorkspace }))

/** Documents on the left, the act on the right; before that, a place to drop them. */
export function SignPage() {
  const { documents, dialog } = useConfirmedDocuments()
  const session = useSignSession(documents)
  const { add } = session
  const onFiles = useCallback((files: readonly File[]) => add(files.map((blob) => ({ name: blob.name, blob }))), [add])
  const running = session.run.status === 'running'
  const over = useDropAndPaste(running ? ignore : onFiles)
  const { listing, refresh } = useKeys()
  const [chosen, choose] = useChosenKey(listing)
  const [creating, setCreating] = useState(false)
  const throwAway = useThrowAwayKey()

  const created = (key: KeyRef) => {
    setCreating(false)
    choose(key)
    void refresh()
  }
  return (
    <>
      {session.items.length === 0 ? (
        <EmptyPage session={session} over={over} onFiles={onFiles} onThrowAway={throwAway.make} onKey={choose} />
      ) : (
        <Suspense fallback={<div className="workspace" aria-busy="true" />}>
          <SignWorkspace
            session={session}
            listing={listing}
            chosen={chosen}
            onChoose={choose}
            onCreate={() => setCreating(true)}
            onFiles={onFiles}
            throwAway={throwAway}
            onEnvelopes={giveToEnvelopes}
          />
        </Suspense>
      )}
      {dialog}
      {session.items.length > 0 && <DropVeil shown={over && !running} />}
      {creating && (
        <Suspense fallback={null}>
          <NewKeyDialog onClose={() => setCreating(false)} onCreated={(card) => created(card.ref)} />
        </Suspense>
      )}
    </>
  )
}

const ignore = () => undefined

type EmptyProps = Readonly<{
  session: SignSession
  over: boolean
  onFiles: (files: readonly File[]) => void
  onThrowAway: () => Promise<KeyRef>
  onKey: (key: KeyRef) => void
}>

function EmptyPage({ session, over, onFiles, onThrowAway, onKey }: EmptyProps) {
  const i18n = useI18n()
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('sign.title')}</h1>
          <p className="muted">{i18n.t('sign.intro')}</p>
        </div>
      </header>
      <div className="stack-wide">
        <DropArea title={i18n.t('sign.dropTitle')} hint={i18n.t('sign.dropHint')} over={over}>
          <PickFiles onFiles={onFiles} className="button primary">
            {i18n.t('common.chooseFiles')}
          </PickFiles>
        </DropArea>
        <KeptResults />
        <FirstRun session={session} onThrowAway={onThrowAway} onKey={onKey} />
      </div>
    </div>
  )
}
