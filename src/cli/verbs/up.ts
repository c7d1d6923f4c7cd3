import { IsconfError, somethingToDo, toIsconfError } from '../../base/index.ts'
import type { PlanAnswer, UpAnswer, UpBody, UpLimits } from '../../control/index.ts'
import { holdText, releaseText } from '../../presentation/index.ts'
import { aChangeset, count, flag, value } from '../../terminal/index.ts'
import { describePlan, refuseStopping } from '../plan-text.ts'
import { reasonOf } from '../reason.ts'
import { type VerbContext, verb } from '../verb.ts'

export const upVerb = verb({
  name: 'up',
  summary: 'Do what is in the journal and not yet done on this host',
  help:
    'Does the operations of the journal in order, and stops at the first that fails; the next up resumes there. ' +
    'What is done is not compared with the machine: verify finds what was changed since. ' +
    'Passes on what commands write to standard output and standard error. Stops at a reboot unless you say isconf ' +
    '-r up; the next up continues after it. --to stops after an operation or a changeset, --step after one ' +
    'operation. --dry-run shows what would be done, looks at each path, says what would stop it and where, and does ' +
    'nothing: it exits with 0 when there is nothing to do, with 5 when there is, and with 1 when up would stop. If other hosts have more of the branch than ' +
    'could be fetched, up does what is here and exits with 3. While another verb changes this host, up exits with 4, or ' +
    'with --wait begins when that has ended. While this host or its branch is held, up exits with 6, or with --despite-hold goes on this once and records why (-m). The programs in pre-up.d, post-up.d and ' +
    'on-failure.d below IS_HOOKS run before it, after it, and when it has failed.',
  exits: [0, 1, 2, 3, somethingToDo, 6, 222],
  options: {
    to: value('--to <operation>', 'stop after this operation or changeset', aChangeset),
    step: flag('--step', 'stop after one operation'),
    wait: flag('--wait', 'wait while another command changes this host'),
    despiteHold: flag('--despite-hold', 'go on although this host or its branch is held'),
    message: value('-m, --message <message>', 'with --despite-hold: why, in quotes if it has spaces'),
    dryRun: flag('--dry-run', 'show what would be done, and do nothing'),
    json: flag('--json', 'with --dry-run: print one JSON document'),
  },
  exclusive: ['wait', 'dryRun'],
  run: async (context, { to, step, wait, despiteHold, message, dryRun, json }) => {
    const { user, say, flags } = context
    if (json && !dryRun) throw new IsconfError('USAGE', 'isconf up takes --json only with --dry-run')
    if ((message ?? flags.message) !== undefined && !despiteHold)
      throw new IsconfError('USAGE', 'isconf up takes -m only with --despite-hold')
    const { reboot } = flags
    const limits: UpLimits = { ...(step && { step }), ...(to !== undefined && { to }) }
    if (dryRun) return showPlan(context, { ...limits, reboot }, json === true)
    const despite = despiteHold && reasonOf(flags, message, 'isconf up --despite-hold -m "why it can\'t wait"')
    const body = { user, ...limits, ...(reboot && { reboot }), ...(despite && { despite }) }
    const answer = await doUp(context, body, wait)
    say(describe(answer))
    refuseUnfetched(answer)
    return 0
  },
})

/** Shows what `up` would do, and ends as it would where that is seen. */
async function showPlan({ client, say, terminal }: VerbContext, limits: UpLimits, json: boolean): Promise<number> {
  const plan = (await client.get(`/v1/plan${queryOf(limits)}`)) as PlanAnswer
  if (plan.alone !== undefined && !json) say(plan.alone)
  terminal.out(json ? `${JSON.stringify(plan)}\n` : describePlan(plan))
  refuseStopping(plan)
  refuseHeld(plan)
  refuseUnfetched(plan)
  return plan.operations.length === 0 ? 0 : somethingToDo
}

/** Fails as `up` would on a held host, whatever there is to do. */
function refuseHeld({ holds = [] }: PlanAnswer): void {
  if (holds.length === 0) return
  const ways = holds.map(releaseText).join('; and ')
  const hint = `up would do nothing of this now; to end the hold: ${ways}`
  throw new IsconfError('HELD', holds.map(holdText).join('; '), { hint })
}

/** Fails if others have something that is not here: then "nothing to do" is not the whole truth. */
function refuseUnfetched({ unfetched = [] }: Pick<UpAnswer, 'unfetched'>): void {
  if (unfetched.length > 0) throw new IsconfError('UNFETCHED', unfetched.map(({ text }) => text).join('; '))
}

/** An operation that only a later release can do may stand behind the one that has just installed that release. */
async function doUp(context: VerbContext, body: UpBody, wait: boolean): Promise<UpAnswer> {
  const { client, say } = context
  for (;;) {
    try {
      return (await (wait ? postWhenIdle(context, body) : client.post('/v1/up', body, context.show))) as UpAnswer
    } catch (thrown) {
      const { code, message } = toIsconfError(thrown)
      if (code !== 'OPERATION_UNKNOWN' || !client.isRestarting()) throw thrown
      say(`${message}; continuing with the release that was just installed`)
    }
  }
}

/** Between two attempts; asking costs the daemon next to nothing. */
const askEveryMs = 500

/** Asks again for as long as the daemon does something else: also one of an older release can be waited for. */
async function postWhenIdle({ client, show, say, sleep, onInterrupt }: VerbContext, body: UpBody): Promise<unknown> {
  let isInterrupted = false
  onInterrupt(() => {
    isInterrupted = true
  })
  for (let said = ''; ; ) {
    try {
      return await client.post('/v1/up', body, show)
    } catch (thrown) {
      const { code, message } = toIsconfError(thrown)
      if (code !== 'BUSY') throw thrown
      if (isInterrupted) throw new IsconfError('INTERRUPTED', '`isconf up --wait` was interrupted while it waited')
      if (message !== said) say(`waiting: ${message}`)
      said = message
      await sleep(askEveryMs)
    }
  }
}

function queryOf({ to, step, reboot }: UpLimits): string {
  const pairs = { ...(to !== undefined && { to }), ...(step && { step: '1' }), ...(reboot && { reboot: '1' }) }
  const query = new URLSearchParams(pairs).toString()
  return query === '' ? '' : `?${query}`
}

/** The last line: what was done, and where this host stands now. */
function describe(answer: UpAnswer): string {
  const did = didText(answer)
  return did === '' ? standingText(answer) : `${did}; ${standingText(answer)}`
}

/** Nothing where "nothing to do" would not be all that there is to say. */
function didText({ done, passedOver = 0, left, rebooting, unfetched = [] }: UpAnswer): string {
  if (done === 0 && passedOver === 0)
    return left > 0 || rebooting !== null || unfetched.length > 0 ? '' : 'nothing to do'
  const did = done === 0 ? 'did no operation' : `did ${count(done, 'operation')}`
  return passedOver === 0 ? did : `${did}, and passed over ${passedOver} that ${passedOver === 1 ? 'is' : 'are'} void`
}

function standingText({ branch, position, left, rebooting, unfetched = [], differing = 0 }: UpAnswer): string {
  if (rebooting !== null) {
    const after = left - 1
    const rest =
      after > 0
        ? `${count(after, 'operation')} of branch ${branch} left; when it is back: isconf up`
        : 'it is the last operation'
    return `this host reboots now, for ${rebooting}; ${rest}`
  }
  const all = count(position + left, 'operation')
  if (left > 0) return `this host has done ${position} of ${all} of branch ${branch}; to go on: isconf up`
  if (unfetched.length > 0)
    return `this host has done all that is here of branch ${branch} (${all}); other hosts have more`
  if (differing > 0)
    return `this host has done all of branch ${branch} (${all}), but differs from it in ${differing}: see isconf status`
  return `this host is level with branch ${branch} (${all})`
}
