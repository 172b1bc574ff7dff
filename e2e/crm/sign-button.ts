import { createSigner } from '../../src/host-sdk/index.ts'
import { files, panel, timeline, type Settings } from './deal.ts'

// What a CRM developer writes: the README's example.
export async function sign(documents: { id: string; name: string }[], { signer: origin, locale, theme }: Settings) {
  const signer = createSigner({
    src: `${origin}/embed.html`,
    container: panel,
    locale,
    theme,
    host: {
      loadDocument: ({ id }) => files.read(id),
      save: ({ id }, document, guard) => files.write(id, document, guard.ifVersion, guard.idempotencyKey),
    },
  })
  signer.on('log', (event) => timeline.add(event.action, event.time))
  return signer.sign({ documents }).finally(() => signer.destroy())
}
