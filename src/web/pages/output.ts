/**
 * What an operation wrote on a host, fetched from there when somebody asks: what `isconf fleet HOST --output` shows. What
 * changes while somebody looks is the host, of which this one knows without asking it again.
 */
import { doneText, reasonOf } from '../../presentation/index.ts'
import { freshQuery, hostOf, type Page, queryText } from '../page.ts'

export const outputPage: Page = {
  path: 'hosts/:host/output',
  template: 'output',
  section: 'fleet',
  view: async ({ source, parameters: { host: asked = '' }, query: { operation, fresh }, href }) => {
    const isFresh = fresh === freshQuery.fresh && operation !== undefined
    const found = isFresh ? undefined : await source.output(asked, operation)
    const host = await hostOf(source, asked)
    const name = found?.operation ?? operation ?? ''
    const { stdout = '', stderr = '', cutBytes = { stdout: 0, stderr: 0 } } = found ?? {}
    const streams = [
      { name: 'Standard output', text: stdout, cutBytes: cutBytes.stdout },
      { name: 'Standard error', text: stderr, cutBytes: cutBytes.stderr },
    ]
    return {
      title: `What ${name} wrote on ${host.name}`,
      fresh: `${href('hosts', host.peerId, 'output')}${queryText({ operation: name, ...freshQuery })}`,
      time: found?.time ?? '',
      host: { name: host.name, state: host.state, done: doneText(host), reason: reasonOf(host) },
      streams: streams.filter(({ text }) => text !== ''),
      links: [
        { text: `Host ${host.name}`, href: href('hosts', host.peerId) },
        // Of work in progress there is no changeset yet.
        ...(name.startsWith('wip:') ? [] : [{ text: `The changeset with ${name}`, href: href('changesets', name) }]),
      ],
    }
  },
}
