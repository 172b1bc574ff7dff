import type { NewKeyAlgorithm } from '../core/keys.ts'
import type { CreateKeyRequest, KeyRef, ManageKeys } from './manage-keys.ts'

type Request = Omit<CreateKeyRequest, 'backup'>

/**
 * A classical key and a post-quantum one in the same name, to sign beside each other: both or none.
 *
 * @param make one key, with or without its backup
 * @param second null: the one key alone
 * @returns the classical key, then the other. @throws what `make` throws; a key whose companion failed is removed
 */
export async function createPair<Made extends Readonly<{ ref: KeyRef }>>(
  request: Request,
  second: NewKeyAlgorithm | null,
  make: (request: Request) => Promise<Made>,
  keys: Pick<ManageKeys, 'remove'>,
): Promise<readonly [Made, ...Made[]]> {
  if (second === null) return [await make(request)]
  // First, so that the classical key is the newest and the one that is proposed.
  const companion = await make({ ...request, algorithm: second })
  try {
    return [await make(request), companion]
  } catch (error) {
    await keys.remove(companion.ref).catch(() => undefined)
    throw error
  }
}
