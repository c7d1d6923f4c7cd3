import { jsonFlag, optionalWords, table } from '../../terminal/index.ts'
import type { Placed } from '../hosts-conf/index.ts'
import { hostOf } from '../make/index.ts'
import { verb } from '../program/index.ts'
import { failAsMake, type PlannedRun, planRun } from '../run/index.ts'

export const planVerb = verb({
  name: 'plan',
  summary: 'Show what this host resolves to and what make would do',
  help:
    'Shows which entry of hosts.conf applies to this host, the variables that make gets and where each comes ' +
    'from, the environment, the targets of the ACTIONs, and what make would do. Does nothing and writes nothing, ' +
    'except for commands that make runs even then: those of $(shell), and recipe lines that begin with + or ' +
    'contain $(MAKE). Fails as `hostkeeper run` would.',
  exits: [0, 1, 2],
  options: { json: jsonFlag },
  arguments: { words: optionalWords('ACTION', 'as of run') },
  run: async (context, { json, words }) => {
    const { terminal } = context
    const { entry, excluded, variables } = hostOf(context)
    if (excluded) {
      const said = { entry, excluded, variables: rowsOf(variables) }
      const text = `${table([['entry', entry]])}\nThis host is excluded from configuration management: nothing is done.\n`
      terminal.out(json ? `${JSON.stringify(said)}\n` : text)
      return 0
    }
    const planned = planRun(context, { words, trace: context.debug })
    terminal.out(json ? `${JSON.stringify(jsonOf(planned))}\n` : textOf(planned))
    failAsMake(planned.make)
    return 0
  },
})

const rowsOf = (
  variables: ReadonlyMap<string, Placed>,
): readonly Readonly<Record<'name' | 'value' | 'place', string>>[] =>
  [...variables].map(([name, { value, place }]) => ({ name, value, place }))

function jsonOf({ managed, targets, stamps, make }: PlannedRun): unknown {
  const { host, variables, exported } = managed
  const { outdated, lone } = stamps
  const { entry, excluded } = host
  return { entry, excluded, variables: rowsOf(variables), environment: exported, targets, again: outdated, lone, make }
}

function textOf({ managed, targets, stamps, make }: PlannedRun): string {
  const { host, variables, exported } = managed
  const parts = [
    table([['entry', host.entry]]),
    `Variables of make:\n${table(rowsOf(variables).map(({ name, value, place }) => [`  ${name}=${value}`, place]))}`,
    `Environment:\n${table(Object.entries(exported).map(([name, value]) => [`  ${name}=${value}`]))}`,
    `Targets:\n  ${targets.join(' ') || 'none'}\n`,
  ]
  if (stamps.outdated.length > 0) {
    parts.push(`Done again, because what they need is:\n  ${stamps.outdated.join(' ')}\n`)
  }
  if (stamps.lone.length > 0) parts.push(`Done again alone, first:\n  ${stamps.lone.join(' ')}\n`)
  return `${parts.join('\n')}\nMake would do:\n${make.text.replaceAll(/^(?=.)/gm, '  ')}`
}
