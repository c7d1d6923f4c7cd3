/** Everything that is known of one host: what `isconf fleet HOST` shows. */
import { IsconfError } from '../../base/index.ts'
import { hostStory } from '../../presentation/index.ts'
import { type Page, queryText } from '../page.ts'
import { termsOf } from '../terms.ts'

export const hostPage: Page = {
  path: 'hosts/:host',
  template: 'host',
  section: 'fleet',
  view: async ({ source, parameters: { host: asked = '' }, href }) => {
    const hosts = await source.hosts()
    const host = hosts.find(({ peerId }) => peerId === asked) ?? hosts.find(({ name }) => name === asked)
    if (!host) throw new IsconfError('NO_SUCH_HOST', `no host ${asked} is known here`)
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
