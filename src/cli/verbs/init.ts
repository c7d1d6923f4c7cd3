import { type DomainName, IsconfError, isName } from '../../base/index.ts'
import { type DomainGiven, giveDomain } from '../../config/index.ts'
import { aFile, value, type WordType, word } from '../../terminal/index.ts'
import { daemonAfter } from '../daemon-after.ts'
import { type VerbContext, verb } from '../verb.ts'

/** A file of keys is a few lines. */
const keysBytesMax = 64 * 1024

const aDomain: WordType<string> = {
  takes: 'a domain name',
  parse: (text) => (isName(text) ? text : undefined),
}

export const initVerb = verb({
  name: 'init',
  summary: 'Give this host its domain, and the domain its key',
  help:
    'Writes the name of the domain to conf/domain below IS_HOME, and creates a secret key in the file that ' +
    'IS_HMAC_KEYS names, by default conf/hmac_keys below IS_HOME. The hosts of a domain recognize each other by ' +
    'this key. Says how to give both to the other hosts; there, --key takes the key from a file, or from standard ' +
    'input for `-`. A key that is already there is kept. Refuses on a host that has a domain. Needs no daemon; ' +
    'one that is waiting for a domain starts work at once.',
  exits: [0, 1, 2],
  options: { key: value('--key <file>', 'take the key from this file; - is standard input', aFile) },
  arguments: { domain: word('DOMAIN', 'its name', aDomain) },
  run: async (context, { domain, key }) => {
    const keys = key === undefined ? undefined : await keysFrom(context, key)
    const given = await giveDomain(context.config, domain as DomainName, keys)
    context.terminal.out(describe(domain, given))
    context.say(await daemonAfter(context, 'DOMAIN_MISSING'))
    return 0
  },
})

async function keysFrom({ files, cwd, input }: VerbContext, file: string): Promise<string> {
  if (file === '-') return Buffer.from(await input(keysBytesMax)).toString('utf8')
  const found = await files.read(file.startsWith('/') ? file : `${cwd}/${file}`, keysBytesMax)
  if (!found) throw new IsconfError('NO_SUCH_FILE', `no such file: ${file}`)
  return Buffer.from(found.bytes).toString('utf8')
}

function describe(domain: string, { domainPath, keysPath, key }: DomainGiven): string {
  const first = `this host is in the domain ${domain} (${domainPath})\n`
  if (key === 'given') return `${first}stored the key that you gave (${keysPath})\n`
  const second =
    key === 'made' ? `created the secret key of the domain (${keysPath})` : `kept the key that was there (${keysPath})`
  return `${first}${second}
every other host of the domain needs the same key; for each of them:
    ssh HOST isconf init ${domain} --key - < ${keysPath}
`
}
