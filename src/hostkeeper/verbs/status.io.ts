import { aCount, jsonFlag, listing, table, value } from '../../terminal/index.ts'
import { ageText } from '../boot/index.ts'
import { verb } from '../program/index.ts'
import { type HostStatus, type Pending, statusOf } from '../run/index.ts'

/** As many as fit on a screen with the rest. */
const rowsShown = 5

export const statusVerb = verb({
  name: 'status',
  summary: 'Show the tree, the last runs, and the steps to do',
  help:
    'Shows which tree this host has and where it comes from, whether the last boot succeeded, the last runs and ' +
    'how they ended, which step is under way and since when, which steps were done last, and which ones the next ' +
    'boot would do. A run without an end is under way, or was killed.',
  exits: [0],
  options: {
    limit: value(
      '-n <count>',
      'how many runs and stamps to show; with --json, all stamps are shown',
      aCount,
      rowsShown,
    ),
    json: jsonFlag,
  },
  run: async (context, { json, limit }) => {
    const status = await statusOf(context, limit)
    context.terminal.out(json ? `${JSON.stringify(status)}\n` : textOf(status, limit))
    return 0
  },
})

function textOf(status: HostStatus, limit: number): string {
  const { tree, fetched, source, old, atWork, step, runs, stamps, pending } = status
  const rows: (readonly [string, string])[] = [
    ['tree', fetched === null ? tree : `${tree}, which the source had ${ageText(fetched, Date.now())}`],
    ['source', source ?? 'none: the tree is what somebody has put there'],
  ]
  if (atWork !== null) rows.push(['at work', atWork])
  if (step !== null) rows.push(['step', `${step.name}, since ${step.since}`])
  if (old !== null) rows.push(['old', old])
  rows.push(['boot', bootText(status.boot)])
  rows.push(['stamps', String(stamps.length)])
  return `${listing([...rows, ...pendingRows(pending)], '')}${runsText(runs)}${stampsText(stamps, limit)}`
}

/** What is known of another boot says nothing of this one. */
function bootText(boot: HostStatus['boot']): string {
  if (boot === null) return 'nothing is known: no boot and no run has told how it ended'
  const { level, at, why, isThisBoot } = boot
  const text = `${level}${why === null ? '' : `: ${why}`}; ${ageText(at, Date.now())}`
  return isThisBoot ? text : `nothing is known of this one; of an earlier one: ${text}`
}

function pendingRows({ steps, everyRun, problem }: Pending): readonly (readonly [string, string])[] {
  if (problem !== null) return [['to be done', `unknown: ${problem}`]]
  const rows: (readonly [string, string])[] = [['to be done', steps.join(', ') || 'nothing']]
  return everyRun.length === 0 ? rows : [...rows, ['at every run', everyRun.join(', ')]]
}

function runsText(runs: HostStatus['runs']): string {
  if (runs.length === 0) return '\nNo run yet.\n'
  const rows = runs.map(({ started, outcome, words, log }) => [
    `  ${started}`,
    outcome,
    words.join(' ') || 'all targets',
    log,
  ])
  return `\nLast runs:\n${table(rows)}`
}

/** The last ones first, as the runs above them. */
function stampsText(stamps: HostStatus['stamps'], limit: number): string {
  if (stamps.length === 0) return ''
  const rows = stamps.slice(-limit).reverse()
  const heading = rows.length < stamps.length ? 'Last stamps (hostkeeper stamps shows all)' : 'Stamps'
  return `\n${heading}:\n${table(rows.map(({ name, done }) => [`  ${done}`, name]))}`
}
