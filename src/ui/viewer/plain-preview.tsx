import { useEffect, useState } from 'react'
import { Icon } from '../components/icon.tsx'
import { SCROLLED } from '../components/scrolled.ts'
import { useI18n } from '../i18n/context.tsx'

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']
const TEXT_NAME = /\.(txt|md|csv|json|xml|log|ini|ya?ml)$/i
const MAX_TEXT = 256 * 1024

type Shown = Readonly<{ kind: 'image'; url: string } | { kind: 'text'; text: string; cut: boolean } | { kind: 'none' }>

async function read(blob: Blob, name: string): Promise<Shown> {
  if (IMAGES.includes(blob.type)) return { kind: 'image', url: URL.createObjectURL(blob) }
  if (blob.type.startsWith('text/') || TEXT_NAME.test(name)) {
    const text = await blob.slice(0, MAX_TEXT).text()
    return { kind: 'text', text, cut: blob.size > MAX_TEXT }
  }
  return { kind: 'none' }
}

/** What can be shown of a file that is no PDF: an image, the text, or plainly that it cannot be shown. */
export function PlainPreview({ file }: { file: { name: string; blob: Blob } }) {
  const i18n = useI18n()
  const [shown, setShown] = useState<Shown | null>(null)
  const { blob, name } = file
  useEffect(() => {
    let current = true
    let url: string | null = null
    read(blob, name)
      .then((found) => {
        if (found.kind === 'image') url = found.url
        if (current) setShown(found)
        else if (url) URL.revokeObjectURL(url)
      })
      .catch(() => current && setShown({ kind: 'none' }))
    return () => {
      current = false
      if (url) URL.revokeObjectURL(url)
    }
  }, [blob, name])

  return (
    <div className="plain-preview">
      <div className="viewer-bar">
        <span className="ellipsis name" title={name}>
          {name}
        </span>
        <span className="muted small">{i18n.bytes(blob.size)}</span>
      </div>
      {shown?.kind === 'image' && (
        <div className="viewer-scroll">
          <img className="preview-image" src={shown.url} alt={i18n.t('viewer.imageOf', { name })} />
        </div>
      )}
      {shown?.kind === 'text' && (
        <section className="viewer-scroll" aria-label={i18n.t('viewer.document', { name })} {...SCROLLED}>
          <pre className="preview-text">{shown.text}</pre>
          {shown.cut && <p className="small muted">{i18n.t('viewer.textCut')}</p>}
        </section>
      )}
      {shown?.kind === 'none' && (
        <div className="viewer-empty">
          <Icon name="file" />
          <p>{i18n.t('viewer.noPreview')}</p>
          <p className="small">{i18n.t('viewer.noPreviewMeans')}</p>
        </div>
      )}
    </div>
  )
}
