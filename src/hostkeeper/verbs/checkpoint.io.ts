import type { KeyObject } from 'node:crypto'
import { basename, resolve } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { aFile, flag, value, type WordType, word } from '../../terminal/index.ts'
import { buildCheckpoint, destinationOf, pushCheckpoint, tagCheckpoint } from '../checkpoint/index.ts'
import { action, type ProgramContext, verb } from '../program/index.ts'
import { ed25519Key, isArchiveName } from '../sources/index.ts'
import { type TreeDeps, treeDeps } from '../update/index.ts'

const keyOption = value('--key <file>', 'sign by this private Ed25519 key in PEM', aFile)
const archiveArgument = word('ARCHIVE', 'as build made it', aFile)
const destinationArgument = word('DESTINATION', 'a directory, or a place for rsync', aFile)

const anArchive: WordType<string> = {
  takes: 'letters, digits, _, ., + and -',
  parse: (name) => (/^\w[\w.+-]*$/.test(name) ? name : undefined),
}

const aChannel: WordType<string> = {
  takes: 'letters, digits, _ and -',
  parse: (name) => (/^\w[\w-]*$/.test(name) ? name : undefined),
}

const build = action({
  name: 'build',
  summary: 'Fetch a tree, check it as a boot does, and pack it into NAME-ID.tar.gz',
  options: { key: keyOption, name: value('--name <name>', 'the beginning of its name', anArchive, 'tree') },
  arguments: {
    tree: word('TREE', 'a directory, or an address of a source', aFile),
    into: word('DIRECTORY', 'where to put it', aFile),
  },
  run: async (context, { key, name, tree, into }) => {
    // A path may be relative, as no source can be.
    const address = /^[a-z]+(\+[a-z]+)?:/.test(tree) ? tree : resolve(context.cwd, tree)
    const directory = resolve(context.cwd, into)
    const path = await buildCheckpoint(address, name, directory, keyOf(context, key), depsOf(context))
    context.terminal.out(Buffer.from(`${path}\n`))
    return 0
  },
})

const push = action({
  name: 'push',
  summary: 'Copy an archive to where hosts fetch it',
  arguments: { archive: archiveArgument, to: destinationArgument },
  run: async (context, { archive, to }) => {
    const destination = destinationOf(destinationWord(context, to), depsOf(context))
    checkName(basename(archive))
    const isNew = await pushCheckpoint(resolve(context.cwd, archive), destination)
    context.say(isNew ? `published in ${destination.shown}` : `${destination.shown} has it already`)
    return 0
  },
})

const tag = action({
  name: 'tag',
  summary: 'Point a channel to an archive',
  options: { key: keyOption, move: flag('--move', 'even if the channel points to another archive') },
  arguments: {
    channel: word('CHANNEL', 'what hosts follow', aChannel),
    archive: archiveArgument,
    to: destinationArgument,
  },
  run: async (context, { key, move, channel, archive, to }) => {
    const destination = destinationOf(destinationWord(context, to), depsOf(context))
    const options = { move, key: keyOf(context, key) }
    const tagged = await tagCheckpoint(channel, archiveName(archive), destination, options)
    context.say(`${channel} is ${tagged.to}${tagged.from === undefined ? '' : `, and was ${tagged.from}`}`)
    return 0
  },
})

export const checkpointVerb = verb({
  name: 'checkpoint',
  summary: 'Pack a tree, publish it, and move a channel to it',
  help:
    'build fetches TREE, checks it as a boot does, and packs it into DIRECTORY: NAME-ID.tar.gz with its checksum ' +
    'and, with a private Ed25519 key in PEM, its signature; the same tree always makes the same bytes. push ' +
    'copies it to a directory or with rsync, and never overwrites one that is there. tag points CHANNEL to an ' +
    'archive that is there; a channel that points to another one is moved only with --move. A host follows a ' +
    'channel with HOSTKEEPER_SOURCE=https://HOST/PATH/CHANNEL.',
  exits: [0, 1, 2],
  verbs: [build, push, tag],
})

const depsOf = (context: ProgramContext): TreeDeps => treeDeps(context, 'hostkeeper checkpoint')

/** The name of an archive; its ending may be left out. USAGE. */
function archiveName(word: string): string {
  return checkName(word.endsWith('.tar.gz') ? word : `${word}.tar.gz`)
}

function checkName(name: string): string {
  if (isArchiveName(name)) return name
  throw new IsconfError('USAGE', `not the name of a checkpoint: ${JSON.stringify(name)}`, {
    hint: 'it must be one that `hostkeeper checkpoint build` made: NAME-ID.tar.gz',
  })
}

const keyOf = ({ cwd }: ProgramContext, path: string | undefined): KeyObject | undefined =>
  path === undefined ? undefined : ed25519Key('private', resolve(cwd, path))

const destinationWord = ({ cwd }: ProgramContext, word: string): string =>
  word.includes(':') ? word : resolve(cwd, word)
