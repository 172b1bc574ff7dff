import { HostedVerify } from './hosted-verify.tsx'
import { envelopeTurn } from './hosted-envelope.tsx'
import { LoadedSign } from './loaded-sign.tsx'
import type { LoadedProps } from './hosted-sign.tsx'

export function Sign(props: LoadedProps) {
  return <LoadedSign {...props} />
}

export { HostedVerify as Verify, envelopeTurn as turn }
