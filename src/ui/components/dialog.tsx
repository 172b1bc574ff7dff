import { useId, useLayoutEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'
import { Icon } from './icon.tsx'

type Props = Readonly<{
  title: string
  children: ReactNode
  footer?: ReactNode
  /** Escape, the cross and the backdrop; absent while it must not be closed. */
  onClose?: (() => void) | undefined
}>

/** A native modal dialog: the browser keeps the focus in, gives it back, and closes on Escape. */
export function Dialog({ title, children, footer, onClose }: Props) {
  const i18n = useI18n()
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // Before React takes the element out: a dialog that is gone can no longer give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (!dialog.open) dialog.showModal()
    // The first thing to do, not the cross that closes.
    const first = ['[data-focus]', '.content form :is(input, select, textarea)', 'footer .primary']
    first
      .map((each) => dialog.querySelector<HTMLElement>(each))
      .find((each) => each !== null)
      ?.focus()
    return () => dialog.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        // A file picker inside that is dismissed says `cancel` too, and it bubbles.
        if (event.target !== event.currentTarget) return
        event.preventDefault()
        onClose?.()
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        {onClose && (
          <button
            type="button"
            className="button quiet icon-only"
            onClick={onClose}
            aria-label={i18n.t('common.close')}
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      <div className="content">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  )
}
