/**
 * Runs that are killed at each command of each recipe, and started again: they end as an undisturbed run. Three of the
 * nine ways to kill one; CI takes all (ISCONF_KILLS).
 */
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { assertDone, assertNoTrace, until } from '../harness/run.ts'
import { testWith } from '../support/tools.ts'
import { type MakeHost, makeHost } from './make-host.ts'

const test = testWith('make')

/** Which processes are killed: make with its commands, hostkeeper alone, which leaves make to itself, or all. */
const victims = ['make', 'hostkeeper', 'everything'] as const

/** Of each kind of stanza one. */
const hosts = 'DEFAULT: PACKAGES="ntp-4.0.99k-15 cvs-1.10.8-8 ntpclock-2 etc/ntp.conf" PKGBANK=http://isconf/pkgbank\n'

interface EndState {
  readonly stamps: readonly string[]
  /** Each command that was run, once. */
  readonly effects: readonly string[]
}

function endState(host: MakeHost): EndState {
  const effects = [...new Set(host.calls())].sort()
  return { stamps: host.stampNames(), effects }
}

const busy = 4

/** Again, as soon as what was left of the killed run has ended. */
async function runToTheEnd(host: MakeHost): Promise<void> {
  await until(async () => {
    const again = await host.run(['run', 'BOOT'])
    assertNoTrace(again)
    if (again.status === busy && /process group \d+/.test(again.stderr)) return false
    assertDone(again)
    return true
  }, 'a run after the killed one')
}

async function killedAt(host: MakeHost, call: number, victim: string): Promise<void> {
  const killed = await host.run(['run', 'BOOT'], { KILL_AT: String(call), KILL_WHAT: victim })
  assert.notEqual(killed.status, 0, `call ${call} was not reached`)
  assertNoTrace(killed)
  await runToTheEnd(host)
}

const asNew = async (): Promise<void> => undefined

/** All is done, but for one step, of which others hang. */
async function withStampRemoved(host: MakeHost): Promise<void> {
  assertDone(await host.run(['run', 'BOOT']))
  rmSync(join(host.stamps, 'ntp-4.0.99k-15'))
  host.forgetCalls()
}

/** The same, but the others are to be left alone. */
async function withOneStampRemoved(host: MakeHost): Promise<void> {
  assertDone(await host.run(['run', 'BOOT']))
  assertDone(await host.run(['stamps', 'remove', '--only', 'ntp-4.0.99k-15']))
  host.forgetCalls()
}

/** Another host in the same state. */
function likeness(t: TestContext, of: MakeHost): MakeHost {
  const host = makeHost(t)
  for (const part of ['home', 'state'] as const) cpSync(of[part], host[part], { recursive: true })
  return host
}

const situations = [
  ['on a new host', asNew],
  ['after a stamp was removed', withStampRemoved],
  ['after a stamp was removed with --only', withOneStampRemoved],
] as const
for (const [index, [when, prepare]] of situations.entries()) {
  for (const victim of process.env['ISCONF_KILLS'] === undefined ? victims.slice(index, index + 1) : victims) {
    test(`run ${when} ends as an undisturbed one when ${victim} is killed at whatever command, and it is run again`, async (t) => {
      const prepared = makeHost(t, { 'hosts.conf': hosts })
      await prepare(prepared)
      const undisturbed = likeness(t, prepared)
      assertDone(await undisturbed.run(['run', 'BOOT']))
      const expected = endState(undisturbed)
      const calls = undisturbed.calls().length
      const endsWell = async (call: number): Promise<void> => {
        const host = likeness(t, prepared)
        await killedAt(host, call, victim)
        assert.deepEqual(endState(host), expected, `killed at call ${call}`)
      }
      // Two at once: each waits for its processes most of the time.
      for (let call = 1; call <= calls; call += 2) {
        await Promise.all([endsWell(call), ...(call < calls ? [endsWell(call + 1)] : [])])
      }
    })
  }
}
