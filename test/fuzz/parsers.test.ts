/** Each parser of what comes from outside with a few hundred inputs; `npm run fuzz` has as many as one wants. */
import { test } from 'node:test'
import fc from 'fast-check'
import { betweenHosts } from './between-hosts.ts'
import { inputsLike } from './inputs.ts'
import { onTheHost } from './on-the-host.ts'

for (const { name, seeds, parse } of [...betweenHosts, ...onTheHost]) {
  test(`${name}: any input is taken or refused, as those who gave it are told`, async () => {
    for (const seed of seeds) await parse(seed)
    await fc.assert(
      fc.asyncProperty(inputsLike(seeds), async (bytes) => await parse(bytes)),
      { numRuns: 300 },
    )
  })
}
