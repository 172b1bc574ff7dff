import { expectContinues } from '../envelope/steps.ts'
import { tellWholeStory } from '../envelope/whole.ts'
import { expect, lacks, test } from './bridge.ts'
import { signatoryWithToken } from './person.ts'

test.skip(lacks.length > 0 && !process.env['CI'], `@tokens stories need ${lacks.join(', ')}`)

test('an envelope of three kinds: a key of this browser, a code, and a key on a token; a refusal, and the visa @envelope @tokens', async ({
  browser,
  site,
  rig,
  bridge,
}) => {
  test.setTimeout(300_000)
  await bridge.order({ set: { pin: '12345678' } })
  const { complaints } = await tellWholeStory({
    browser,
    baseURL: `${site.origin}/`,
    third: signatoryWithToken(rig, site.origin, 'Olena Token RSA'),
    onKept: (kept) => expectContinues(kept.file, kept.before, kept.last),
  })
  expect(complaints).toEqual([])
  expect(bridge.events.filter((event) => 'pinAsked' in event)).toHaveLength(1)
})
