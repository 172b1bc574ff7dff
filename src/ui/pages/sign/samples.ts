import { useEffect, useState } from 'react'

/** A sample document that this deployment offers; `samples/index.json` lists them. */
export type Sample = Readonly<{ file: string; name: string; type: string }>

function isSample(value: unknown): value is Sample {
  const { file, name, type } = (value ?? {}) as Partial<Record<keyof Sample, unknown>>
  return [file, name, type].every((each) => typeof each === 'string')
}

/** Those that are there; none is no error. */
export function useSamples(): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([])
  useEffect(() => {
    const controller = new AbortController()
    const load = async () => {
      const response = await fetch('samples/index.json', { signal: controller.signal })
      if (!response.ok) return
      const list: unknown = await response.json()
      if (Array.isArray(list)) setSamples(list.filter(isSample))
    }
    load().catch(() => undefined)
    return () => controller.abort()
  }, [])
  return samples
}

export async function fetchSample(sample: Sample): Promise<File> {
  const response = await fetch(`samples/${encodeURIComponent(sample.file)}`)
  if (!response.ok) throw new TypeError(`samples/${sample.file}: ${String(response.status)}`)
  return new File([await response.blob()], sample.name, { type: sample.type })
}
