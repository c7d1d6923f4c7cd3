/** The verbs that every program has. */
import { IsconfError } from '../base/index.ts'
import { aVerb, type Options, optionalWord, type Program, type Topic, type Verb } from './declaration.ts'
import { chooseVerb, named, type ProgramProcess, readProgram } from './program.ts'

/** The verbs `help` and `version` of a program. */
export function commonVerbs(program: () => Program): readonly Verb<ProgramProcess>[] {
  const help: Verb<ProgramProcess, Options, typeof helpWords> = {
    name: 'help',
    summary: 'Show the verbs, what a verb takes, or a topic',
    help: 'The same as --help before or after the verb. A topic is a failure by its code, a setting by its name, or one of the words that list them all: failures, settings.',
    exits: [0],
    arguments: helpWords,
    run: async ({ terminal, release }, { verb, inner }) => {
      const topic = inner === undefined ? topicNamed(program(), verb) : undefined
      if (topic) {
        terminal.out(topic.text)
        return 0
      }
      if (verb !== undefined) requireKnown(program(), verb)
      const words = [verb, inner].filter((word) => word !== undefined)
      const text =
        words.length === 0
          ? await readProgram(program(), release, ['--help'])
          : (await chooseVerb(program(), [...words, '--help'], () => undefined)).typed
      if (typeof text !== 'string')
        throw new IsconfError('USAGE', `${program().name} help does not take ${JSON.stringify(inner)}`)
      terminal.out(text)
      return 0
    },
  }
  const version: Verb<ProgramProcess> = {
    name: 'version',
    summary: 'Show the release',
    help: 'The same as --version.',
    exits: [0],
    run: async ({ terminal, release }) => {
      terminal.out(`${program().name} ${release}\n`)
      return 0
    },
  }
  return [help, version]
}

/** A topic, however its name is written; a verb of that name comes first. */
function topicNamed({ topics = [], verbs }: Program, word: string | undefined): Topic | undefined {
  if (word === undefined || verbs.some(({ name }) => name === word)) return undefined
  return topics.find(({ name }) => name.toLowerCase() === word.toLowerCase())
}

/** USAGE for what is neither a verb nor a topic; of a program without topics the list of verbs says it. */
function requireKnown({ name, verbs, topics = [] }: Program, word: string): void {
  if (topics.length === 0) return
  const hint = `see \`${name} help\` for the verbs; topics are failures, settings, and what these two list`
  named([...verbs, ...topics], word, `no such verb or topic: ${JSON.stringify(word)}`, hint)
}

const helpWords = {
  verb: optionalWord('VERB|TOPIC', 'what to explain', aVerb),
  inner: optionalWord('WORD', 'which of its verbs'),
}
