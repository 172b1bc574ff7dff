import { lazy, Suspense, useCallback, useSyncExternalStore } from 'react'
import { DropArea, DropVeil, PickFiles, useDropAndPaste } from '../../components/file-drop.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { useHandedOver } from '../../handover.ts'
import { useI18n } from '../../i18n/context.tsx'
import { presetOf } from './links.ts'
import { useEnvelopes } from './use-envelopes.ts'
import type { EnvelopeTable } from './use-envelopes.ts'

const PreparePage = lazy(async () => ({ default: (await import('./prepare-page.tsx')).PreparePage }))
const EnvelopeDesk = lazy(async () => ({ default: (await import('./desk.tsx')).EnvelopeDesk }))
const Dashboard = lazy(async () => ({ default: (await import('./dashboard.tsx')).Dashboard }))
const ConflictView = lazy(async () => ({ default: (await import('./conflict-view.tsx')).ConflictView }))

const subscribe = (listener: () => void) => {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

/** Envelopes: one document is prepared, one envelope is signed, many are overlooked. What is dropped says which. */
export function EnvelopePage() {
  const envelopes = useEnvelopes()
  const { table, give } = envelopes
  const onFiles = useCallback((files: readonly File[]) => give(files), [give])
  useHandedOver(onFiles)
  const over = useDropAndPaste(table.at === 'prepare' ? ignore : onFiles)
  return (
    <>
      {table.at === 'start' || table.at === 'reading' ? (
        <Start envelopes={envelopes} over={over} onFiles={onFiles} />
      ) : (
        <Suspense fallback={<div className="workspace" aria-busy="true" />}>
          <OnTable envelopes={envelopes} onFiles={onFiles} />
        </Suspense>
      )}
      {table.at !== 'start' && <DropVeil shown={over && table.at !== 'prepare'} />}
    </>
  )
}

const ignore = () => undefined

type PartProps = Readonly<{ envelopes: EnvelopeTable; onFiles: (files: readonly File[]) => void }>

function OnTable({ envelopes, onFiles }: PartProps) {
  const { table, files, reading, open, compare, keep, settle, close, clear } = envelopes
  const preset = useSyncExternalStore(subscribe, () => presetOf(location.hash))
  switch (table.at) {
    case 'prepare':
      return (
        <PreparePage
          key={table.files[0]?.name}
          files={table.files}
          onPrepared={(result, beside) => settle(result, { act: 'prepared', signatory: null }, beside)}
          onClose={close}
        />
      )
    case 'desk':
      return (
        <EnvelopeDesk
          key={table.view.sha256}
          file={table.file}
          view={table.view}
          beside={table.beside}
          preset={preset}
          done={table.done}
          onFiles={onFiles}
          onResult={settle}
          onClose={close}
        />
      )
    case 'many':
      return (
        <Dashboard
          files={files}
          reading={reading}
          onOpen={open}
          onCompare={compare}
          onFiles={onFiles}
          onClear={clear}
        />
      )
    case 'conflict':
      return <ConflictView copies={table.copies} comparison={table.comparison} onContinue={keep} onClose={close} />
    case 'start':
    case 'reading':
      return null
  }
}

function Start({ envelopes, over, onFiles }: PartProps & { over: boolean }) {
  const i18n = useI18n()
  const { table, cancel } = envelopes
  const preset = useSyncExternalStore(subscribe, () => presetOf(location.hash))
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{i18n.t('envelope.title')}</h1>
          <p className="muted">{i18n.t(preset === null ? 'envelope.intro' : 'envelope.introLink')}</p>
        </div>
      </header>
      <div className="stack-wide">
        {table.at === 'start' && table.refusal && <RefusalNotice refusal={table.refusal} />}
        {table.at === 'reading' ? (
          <div className="working">
            <div className="row-between">
              <span className="break">{i18n.t('envelope.reading', { name: table.name })}</span>
              <button type="button" className="button small" onClick={cancel}>
                {i18n.t('common.cancel')}
              </button>
            </div>
            <progress className="progress" aria-label={i18n.t('envelope.reading', { name: table.name })} />
          </div>
        ) : (
          <DropArea
            title={i18n.t(preset === null ? 'envelope.dropTitle' : 'envelope.dropLink')}
            hint={i18n.t('envelope.dropHint')}
            over={over}
          >
            <PickFiles onFiles={onFiles} className="button primary">
              {i18n.t('common.chooseFiles')}
            </PickFiles>
          </DropArea>
        )}
      </div>
    </div>
  )
}
