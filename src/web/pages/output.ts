/** What an operation wrote on a host, fetched from there when somebody asks: what `isconf fleet HOST --output` shows. */
import type { Page } from '../page.ts'

export const outputPage: Page = {
  path: 'hosts/:host/output',
  template: 'output',
  section: 'fleet',
  view: async ({ source, parameters: { host: asked = '' }, query: { operation }, href }) => {
    const { host, operation: name, time, stdout, stderr, cutBytes } = await source.output(asked, operation)
    const streams = [
      { name: 'Standard output', text: stdout, cutBytes: cutBytes.stdout },
      { name: 'Standard error', text: stderr, cutBytes: cutBytes.stderr },
    ]
    return {
      title: `What ${name} wrote on ${host}`,
      time,
      streams: streams.filter(({ text }) => text !== ''),
      links: [
        { text: `Host ${host}`, href: href('hosts', asked) },
        // Of work in progress there is no changeset yet.
        ...(name.startsWith('wip:') ? [] : [{ text: `The changeset with ${name}`, href: href('changesets', name) }]),
      ],
    }
  },
}
