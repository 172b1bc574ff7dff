import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useI18n } from '../i18n/context.tsx'
import { Icon } from './icon.tsx'

type PickProps = Readonly<{
  onFiles: (files: readonly File[]) => void
  accept?: string
  multiple?: boolean
  className?: string
  children: ReactNode
}>

/** The browser's own file chooser behind a real button: the way that always works. */
export function PickFiles({ onFiles, accept, multiple = true, className = 'button', children }: PickProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = ''
          if (files.length > 0) onFiles(files)
        }}
      />
    </>
  )
}

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** Files dropped or pasted anywhere on the page. Pasting into a text box stays pasting text. */
export function useDropAndPaste(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    let depth = 0
    const move = (step: number) => {
      depth = Math.max(0, depth + step)
      setOver(depth > 0)
    }
    addEventListener('dragenter', (event) => holdsFiles(event) && move(1), { signal })
    addEventListener('dragleave', (event) => holdsFiles(event) && move(-1), { signal })
    addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault(), { signal })
    addEventListener(
      'drop',
      (event) => {
        if (!holdsFiles(event)) return
        event.preventDefault()
        depth = 0
        setOver(false)
        const files = [...(event.dataTransfer?.files ?? [])]
        if (files.length > 0) onFiles(files)
      },
      { signal },
    )
    addEventListener(
      'paste',
      (event) => {
        const files = [...(event.clipboardData?.files ?? [])]
        if (files.length === 0) return
        event.preventDefault()
        onFiles(files)
      },
      { signal },
    )
    return () => controller.abort()
  }, [onFiles])
  return over
}

export function DropVeil({ shown }: { shown: boolean }) {
  const i18n = useI18n()
  if (!shown) return null
  return <div className="drop-veil">{i18n.t('common.dropHere')}</div>
}

/** The empty state: a place to drop, the button that does the same, and what else can be done. */
export function DropArea({
  title,
  hint,
  over,
  children,
}: {
  title: string
  hint: string
  over: boolean
  children: ReactNode
}) {
  return (
    <div className="drop" data-over={over}>
      <Icon name="document" />
      <h2>{title}</h2>
      <p className="muted small">{hint}</p>
      <div className="row">{children}</div>
    </div>
  )
}
