import { silentLog } from '../../base/index.ts'
import { parseWebPlace, type WebPlace } from '../../config/index.ts'
import type { WebAnswer, WebLink } from '../../control/index.ts'
import { value, type WordType } from '../../terminal/index.ts'
import { type VerbContext, verb } from '../verb.ts'

const aPlace: WordType<WebPlace> = {
  takes: 'a port of 127.0.0.1, or the absolute path of a unix socket',
  parse: (word) => {
    const parsed = parseWebPlace(word)
    return 'value' in parsed ? parsed.value : undefined
  },
}

/** Where a tunnel to a socket begins; anybody may choose another port. */
const tunnelPort = 8_080

export const webVerb = verb({
  name: 'web',
  summary: 'Show this host and its domain in a browser',
  help:
    'Prints a link that logs in whoever opens it first, within ten minutes. The page shows the hosts of the domain, ' +
    'those first that need somebody, the journal with what each changeset changes, locks, and what runs now; ' +
    'nothing can be changed there. The daemon serves it where IS_WEB says so; otherwise, or with --listen, this ' +
    'command does, on any free port of 127.0.0.1, until Ctrl-C. From another computer it is reached through ssh, ' +
    'as the command says.',
  exits: [0],
  options: { listen: value('--listen <place>', 'serve the page at this port or socket until Ctrl-C', aPlace) },
  run: async (context, { listen }) => {
    if (listen === undefined) {
      const { page } = (await context.client.post('/v1/web', {}, () => undefined)) as WebAnswer
      if (page) {
        tell(context, page)
        return 0
      }
    }
    return serve(context, listen ?? { port: 0 })
  },
})

async function serve(context: VerbContext, place: WebPlace): Promise<number> {
  const interrupted = new Promise<void>((resolve) => context.onInterrupt(resolve))
  // Only here: no other command should wait for the libraries to load.
  const { serveWeb } = await import('../../web/index.ts')
  const server = await serveWeb({ place, client: context.client, log: silentLog })
  tell(context, { address: server.address, link: server.newLink() })
  context.say('the page is served until Ctrl-C')
  await interrupted
  await server.close()
  return 0
}

function tell({ config, terminal, say }: VerbContext, { address, link }: WebLink): void {
  const isSocket = address.startsWith('/')
  const port = isSocket ? tunnelPort : Number(new URL(address).port)
  const tunnel = `ssh -L ${port}:${isSocket ? address : `127.0.0.1:${port}`} ${config.host.fqdn}`
  terminal.out(`${isSocket ? `http://localhost:${port}` : address}${link}\n`)
  say(
    `the link logs in once, within ten minutes; ${isSocket ? 'before it' : 'from another computer, before it'}: ${tunnel}`,
  )
}
