import type { KeyObject } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { type ParsedWords, parseWords } from '../../terminal/index.ts'
import { buildCheckpoint, privateKey } from '../checkpoint/build.io.ts'
import { destinationOf } from '../checkpoint/destination.io.ts'
import { pushCheckpoint, tagCheckpoint } from '../checkpoint/publish.io.ts'
import { isArchiveName } from '../sources/address.ts'
import { systemTreeDisk } from '../update/disk.io.ts'
import type { BringDeps } from '../update/fetch.io.ts'
import { interruptible } from '../update/verb-deps.io.ts'
import type { HostkeeperVerb, ProgramContext } from '../verb.ts'

const usage = [
  'checkpoint build [--key FILE] [--name NAME] TREE DIRECTORY',
  'checkpoint push ARCHIVE DESTINATION',
  'checkpoint tag [--key FILE] [--move] CHANNEL ARCHIVE DESTINATION',
] as const

export const checkpointVerb: HostkeeperVerb = {
  name: 'checkpoint',
  usage: 'checkpoint build|push|tag ...',
  summary: 'Pack a tree, publish it, and move a channel to it',
  help: `Usages: ${usage.join('; ')}. build fetches TREE, a directory or an address of a source, checks it as a boot does, and packs it into DIRECTORY: NAME-ID.tar.gz with its checksum and, by a private Ed25519 key in PEM, its signature; the same tree makes the same bytes. push copies it to a directory or by rsync, and never replaces one that is there. tag makes CHANNEL name an archive that is there; a channel that names another one is moved only with --move. A host follows a channel by HOSTKEEPER_SOURCE=https://HOST/PATH/CHANNEL.`,
  exits: [0, 1, 2],
  run: async (context, [action = '', ...words]) => {
    const act = Object.hasOwn(actions, action) ? actions[action] : undefined
    if (!act) {
      const hint = 'see `hostkeeper checkpoint --help`'
      throw new IsconfError('USAGE', `hostkeeper checkpoint takes build, push or tag, not ${JSON.stringify(action)}`, {
        hint,
      })
    }
    return act(context, words)
  },
}

type Action = (context: ProgramContext, words: readonly string[]) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  build: async (context, words) => {
    const parsed = parseWords('hostkeeper checkpoint build', words, { values: ['--key', '--name'], words: 2 })
    const [tree, into] = allOf(usage[0], parsed, 2)
    const name = parsed.value('--name') ?? 'tree'
    if (!/^\w[\w.+-]*$/.test(name)) throw new IsconfError('USAGE', `no name for an archive: ${JSON.stringify(name)}`)
    // A path may be relative, as no source can be.
    const address = /^[a-z]+(\+[a-z]+)?:/.test(tree) ? tree : resolve(context.cwd, tree)
    const path = await buildCheckpoint(
      address,
      name,
      resolve(context.cwd, into),
      keyOf(context, parsed),
      depsOf(context),
    )
    context.terminal.out(`${path}\n`)
    return 0
  },
  push: async (context, words) => {
    const [archive, to] = allOf(usage[1], parseWords('hostkeeper checkpoint push', words, { words: 2 }), 2)
    const destination = destinationOf(destinationWord(context, to), depsOf(context))
    checkName(basename(archive))
    const isNew = await pushCheckpoint(resolve(context.cwd, archive), destination)
    context.say(isNew ? `published in ${destination.shown}` : `${destination.shown} has it already`)
    return 0
  },
  tag: async (context, words) => {
    const parsed = parseWords('hostkeeper checkpoint tag', words, { flags: ['--move'], values: ['--key'], words: 3 })
    const [channel, archive, to] = allOf(usage[2], parsed, 3)
    if (!/^\w[\w-]*$/.test(channel))
      throw new IsconfError(
        'USAGE',
        `a channel is letters, digits, _ and -, as in "stable", not ${JSON.stringify(channel)}`,
      )
    const destination = destinationOf(destinationWord(context, to), depsOf(context))
    const options = { move: parsed.has('--move'), key: keyOf(context, parsed) }
    const tagged = await tagCheckpoint(channel, archiveName(archive), destination, options)
    context.say(`${channel} is ${tagged.to}${tagged.from === undefined ? '' : `, and was ${tagged.from}`}`)
    return 0
  },
}

function depsOf(context: ProgramContext): BringDeps {
  const { settings, names, environment } = context
  return { settings, names, environment, disk: systemTreeDisk, signal: interruptible(context, 'hostkeeper checkpoint') }
}

function allOf(usage: string, { words }: ParsedWords, count: number): readonly [string, string, string] {
  const [first = '', second = '', third = ''] = words
  if (words.length === count) return [first, second, third]
  throw new IsconfError('USAGE', `words are missing: hostkeeper ${usage}`, {
    hint: 'see `hostkeeper checkpoint --help`',
  })
}

/** The name of an archive; its ending may be left out. USAGE. */
function archiveName(word: string): string {
  return checkName(word.endsWith('.tar.gz') ? word : `${word}.tar.gz`)
}

function checkName(name: string): string {
  if (isArchiveName(name)) return name
  throw new IsconfError('USAGE', `no name of a checkpoint: ${JSON.stringify(name)}`, {
    hint: 'it is as `hostkeeper checkpoint build` made it: NAME-ID.tar.gz',
  })
}

const keyOf = ({ cwd }: ProgramContext, { value }: ParsedWords): KeyObject | undefined => {
  const path = value('--key')
  return path === undefined ? undefined : privateKey(resolve(cwd, path))
}

const destinationWord = ({ cwd }: ProgramContext, word: string): string =>
  word.includes(':') ? word : resolve(cwd, word)
