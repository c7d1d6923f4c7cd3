/**
 * Conversations as scripts: each command of a file is done, and what it says
 * is written below it, indented. A file that says what happened is the test.
 */
import { linesOfSplit } from '../../src/branch/index.ts'
import { Cluster, describeOutcome } from '../sim/cluster.ts'

type Command = (play: Play, words: readonly string[]) => Promise<readonly string[]>

/** What can stand at the beginning of a line; any other first word is a host, and the rest is a verb typed there. */
const commands: Readonly<Record<string, Command>> = {
  hosts: async (play, names) => {
    play.cluster = await Cluster.of(1, names)
    return []
  },
  /** `at once: alder lock one; birch lock two` */
  at: async (play, [, ...words]) => {
    const typed = words
      .join(' ')
      .split(';')
      .map((part) => part.trim().split(' '))
    const begun = typed.map(([host = '', ...verb]) => play.cluster.begin(play.cluster.host(host), verb))
    const outcomes = await play.cluster.clock.until(Promise.all(begun))
    return outcomes.map((outcome, index) => `${typed[index]?.[0]}: ${describeOutcome(outcome)}`)
  },
  write: async ({ cluster }, [host = '', path = '', ...text]) => {
    cluster.host(host).machine.write(path, `${text.join(' ')}\n`)
    return []
  },
  run: async ({ cluster }, [seconds]) => {
    await cluster.run(Number(seconds) * 1000)
    return []
  },
  cut: async ({ cluster }, [a = '', b = '']) => {
    cluster.network.cut(a, b)
    await cluster.run(1_000)
    return []
  },
  /** `partition alder birch | cedar` */
  partition: async ({ cluster }, words) => {
    const parts = words.join(' ').split('|')
    cluster.network.partition(parts.map((part) => part.trim().split(' ')))
    await cluster.run(1_000)
    return []
  },
  whole: async ({ cluster }) => {
    cluster.network.healAll()
    await cluster.meet()
    return []
  },
  hang: async ({ cluster }, [host = '']) => {
    cluster.network.hang(host)
    return []
  },
  /** Commands fail on a host, or work again. */
  broken: async ({ cluster }, [host = '']) => {
    cluster.host(host).machine.broken = true
    return []
  },
  mended: async ({ cluster }, [host = '']) => {
    cluster.host(host).machine.broken = false
    return []
  },
  full: async ({ cluster }, [host = '']) => {
    cluster.host(host).disk.full = true
    return []
  },
  emptied: async ({ cluster }, [host = '']) => {
    cluster.host(host).disk.full = false
    return []
  },
  crash: async ({ cluster }, [host = '']) => {
    cluster.host(host).crash('lost')
    await cluster.run(1_000)
    return []
  },
  /** `dies-at alder 40`: when it has written 40 bytes more. */
  'dies-at': async ({ cluster }, [host = '', bytes]) => {
    cluster.host(host).disk.bytesUntilPowerFailure = Number(bytes)
    return []
  },
  start: async ({ cluster }, [host = '']) => {
    await cluster.clock.until(cluster.host(host).start())
    await cluster.meet()
    return []
  },
  /** `resolve alder 2`: its second line goes on. */
  resolve: async ({ cluster }, [host = '', number]) => {
    const line = (await linesOfSplit(cluster.host(host).daemon.branch))[Number(number) - 1]
    const outcome = await cluster.ask(host, 'resolve', line?.first ?? '')
    await cluster.run(30_000)
    return [describeOutcome(outcome)]
  },
  show: async ({ cluster }) => cluster.up.map(({ name }) => describeHost(cluster, name)),
}

interface Play {
  cluster: Cluster
}

/** Plays a script; the same text, with what is said now below each command. */
export async function play(script: string): Promise<string> {
  const state = {} as Play
  const told: string[] = []
  const names = new Names()
  for (const line of script.split('\n')) {
    if (line.startsWith('  ')) continue
    told.push(line)
    if (line.trim() === '' || line.startsWith('#')) continue
    const said = await perform(state, names.unmask(line).split(' '))
    told.push(...said.flatMap((text) => text.split('\n')).map((text) => `  ${names.mask(state.cluster, text)}`))
  }
  state.cluster.end()
  return told.join('\n')
}

async function perform(state: Play, words: readonly string[]): Promise<readonly string[]> {
  const [first = '', ...rest] = words
  const command = commands[first]
  if (command) return command(state, rest)
  return [describeOutcome(await state.cluster.ask(first, ...rest))]
}

function describeHost(cluster: Cluster, name: string): string {
  const { daemon, machine } = cluster.host(name)
  const { branch, history, work } = daemon
  const { lock } = branch.state
  const { done } = history.standing
  const ids = Array.from({ length: branch.journal.length }, (_, index) => branch.journal.idAt(index + 1).slice(0, 8))
  return [
    `${name} on ${branch.name}: ${ids.join(' ') || 'nothing'}`,
    done ? `did ${done.id.slice(0, 8)}:${done.index} last` : 'did nothing',
    lock ? `locked by ${lock.host}` : 'free',
    ...(branch.isSplit ? [`split after ${branch.commonLength}`] : []),
    ...daemon.deviations.all.map(({ kind, operation }) => `${kind} ${operation.slice(0, 8)}${operation.slice(64)}`),
    ...(work.operations.length > 0 ? [`${work.operations.length} not checked in`] : []),
    machine.tree.split('\n').map(fileInBrief).join(' ') || 'no files',
  ].join(', ')
}

function fileInBrief(line: string): string {
  const [path = '', , , , , ...content] = line.split(' ')
  return line === '' ? '' : `${path}=${content.join(' ')}`
}

/** Ids and times, which change with everything, as `one`, `two`, … in the order in which they are met. */
class Names {
  readonly #words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
  readonly #wordById = new Map<string, string>()

  mask(cluster: Cluster, text: string): string {
    const known = new Set(cluster.up.flatMap(({ daemon }) => daemon.branches.all()).flatMap(prefixesOf))
    return text
      .replaceAll(/\b[0-9a-f]{8,64}\b/g, (id) => (known.has(id.slice(0, 8)) ? this.#wordFor(id.slice(0, 8)) : id))
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
  }

  /** The name of an operation as a script has it, `one:0`, with the id that is behind it. */
  unmask(line: string): string {
    return line.replaceAll(/\b([a-z]+)(?=:\d)/g, (word) => {
      const known = [...this.#wordById].find(([, one]) => one === word)
      return known ? known[0] : word
    })
  }

  #wordFor(prefix: string): string {
    const word = this.#wordById.get(prefix) ?? this.#words[this.#wordById.size] ?? prefix
    this.#wordById.set(prefix, word)
    return word
  }
}

function prefixesOf({ journal, others }: Cluster['hosts'][number]['daemon']['branch']): readonly string[] {
  return [journal, ...[...others.entries()].map(([, other]) => other)].flatMap((line) =>
    Array.from({ length: line.length }, (_, index) => line.idAt(index + 1).slice(0, 8)),
  )
}
