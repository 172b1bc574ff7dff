import { useId, useState } from 'react'
import type { EnvelopeDraft } from '../../../core/envelope/draft.ts'
import type { Refusal } from '../../../core/formats/format.ts'
import { refusalOf } from '../../../app/refusal.ts'
import { Dialog } from '../../components/dialog.tsx'
import { PickFiles } from '../../components/file-drop.tsx'
import { Icon } from '../../components/icon.tsx'
import { RefusalNotice } from '../../components/notice.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useI18n } from '../../i18n/context.tsx'
import { useRunEnvelope } from './use-run-envelope.ts'

type Props = Readonly<{
  /** As it stands now. */
  draft: () => EnvelopeDraft
  onLoaded: (template: EnvelopeDraft) => void
}>

/** People, order and places for the next document of the same kind, as a file of one's own. */
export function Templates({ draft, onLoaded }: Props) {
  const i18n = useI18n()
  const envelopes = useRunEnvelope()
  const [saving, setSaving] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const load = async (file: File | undefined) => {
    if (!file) return
    setRefusal(null)
    try {
      onLoaded(await envelopes.loadTemplate(file))
    } catch (error) {
      setRefusal(refusalOf(error))
    }
  }
  return (
    <div className="stack-tight">
      <div className="row template-row">
        <PickFiles
          multiple={false}
          accept=".json,application/json"
          className="button small quiet"
          onFiles={([file]) => void load(file)}
        >
          <Icon name="folder" />
          {i18n.t('preparing.loadTemplate')}
        </PickFiles>
        <button type="button" className="button small quiet" onClick={() => setSaving(true)}>
          <Icon name="download" />
          {i18n.t('preparing.saveTemplate')}
        </button>
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
      {saving && <SaveDialog draft={draft} onClose={() => setSaving(false)} />}
    </div>
  )
}

function SaveDialog({ draft, onClose }: { draft: Props['draft']; onClose: () => void }) {
  const i18n = useI18n()
  const id = useId()
  const envelopes = useRunEnvelope()
  const [name, setName] = useState(() => draft().title)
  const [persons, setPersons] = useState(false)
  const save = () => {
    saveFile(envelopes.saveTemplate(draft(), { name, persons }))
    onClose()
  }
  return (
    <Dialog
      title={i18n.t('preparing.saveTemplate')}
      onClose={onClose}
      footer={
        <button type="button" className="button primary" disabled={name.trim() === ''} onClick={save}>
          {i18n.t('envelope.save')}
        </button>
      }
    >
      <div className="stack">
        <div className="field">
          <label htmlFor={id}>{i18n.t('preparing.templateName')}</label>
          <input
            id={id}
            className="input"
            data-focus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <label className="choice">
          <input type="checkbox" checked={persons} onChange={(event) => setPersons(event.target.checked)} />
          <span>{i18n.t('preparing.templatePersons')}</span>
          <span className="hint">{i18n.t('preparing.templatePersonsHint')}</span>
        </label>
      </div>
    </Dialog>
  )
}
