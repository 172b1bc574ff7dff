import { useId } from 'react'
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'
import { Dialog } from './dialog.tsx'

type Props = Readonly<{
  title: string
  /** What the one button that acts says. */
  act: string
  children: ReactNode
  /** Whether it may act; the button is greyed until then. */
  ready?: boolean
  /** It is acting: nothing can be pressed, nor closed unless `onCancel` stops it. */
  busy?: boolean
  danger?: boolean
  /** Instead of "Cancel". */
  keep?: string
  onClose: () => void
  /** What Cancel does while it acts; absent: it waits. */
  onCancel?: () => void
  onSubmit: () => void
}>

/** A dialog that asks for something and does one thing with it: Enter acts, Escape does not. */
export function FormDialog(props: Props) {
  const { title, act, children, ready = true, busy = false, danger = false, keep, onClose, onCancel, onSubmit } = props
  const i18n = useI18n()
  const id = useId()
  return (
    <Dialog
      title={title}
      onClose={busy ? undefined : onClose}
      footer={
        <>
          <button
            type="button"
            className="button"
            // What cannot be undone is not what Enter does first.
            data-focus={danger || undefined}
            onClick={busy ? onCancel : onClose}
            disabled={busy && !onCancel}
          >
            {keep ?? i18n.t('common.cancel')}
          </button>
          <button
            type="submit"
            form={id}
            className={`button ${danger ? 'danger' : 'primary'}`}
            disabled={busy || !ready}
          >
            {act}
          </button>
        </>
      }
    >
      <form
        id={id}
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (ready && !busy) onSubmit()
        }}
      >
        {children}
      </form>
    </Dialog>
  )
}
