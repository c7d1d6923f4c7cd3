/** Everything that is known of one host: what `isconf fleet HOST` shows. */
import { hostStory } from '../../presentation/index.ts'
import { hostOf, type Page, queryText } from '../page.ts'
import { termsOf } from '../terms.ts'

export const hostPage: Page = {
  path: 'hosts/:host',
  template: 'host',
  section: 'fleet',
  view: async ({ source, parameters: { host: asked = '' }, href }) => {
    const host = await hostOf(source, asked)
    const { name, peerId, state, stopped } = host
    const output = (operation?: string) => `${href('hosts', peerId, 'output')}${queryText({ operation })}`
    return {
      ...{ title: name, state, terms: termsOf(hostStory(host)) },
      links: [
        ...(stopped
          ? [
              { text: `The changeset with ${stopped.operation}`, href: href('changesets', stopped.operation) },
              { text: `What ${stopped.operation} wrote there`, href: output(stopped.operation) },
            ]
          : []),
        { text: 'What its last command wrote', href: output() },
      ],
    }
  },
}
