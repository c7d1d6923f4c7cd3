import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { unlessThere } from '../../test/support/tools.ts'
import { resourceLimits } from './command-limits.ts'
import { systemCalls } from './system-calls.io.ts'

const here = fileURLToPath(new URL('./command-limits.io.ts', import.meta.url))
/** Prints what a command has, then whether the process that started it has its own again. */
const script = `
  import { spawnSync } from 'node:child_process'
  import { readFileSync } from 'node:fs'
  import { getPriority } from 'node:os'
  import { withCommandLimits } from ${JSON.stringify(here)}
  const own = () => ['limits', 'oom_score_adj'].map((name) => readFileSync('/proc/self/' + name, 'utf8')).join()
  const look = 'cat /proc/self/limits; cat /proc/self/oom_score_adj; cut -d" " -f19 /proc/self/stat'
  const before = own()
  console.log(withCommandLimits(() => spawnSync('sh', ['-c', look], { encoding: 'utf8' })).stdout)
  console.log(own() === before ? 'as before' : 'changed')
  console.log(readFileSync('/proc/self/oom_score_adj', 'utf8') + getPriority())`
/** What a daemon may have been started with; it has the hard limits of this process. */
const odd =
  'ulimit -S -n 200 && ulimit -S -s 4096 && { echo 300 > /proc/self/oom_score_adj || :; } 2>/dev/null && exec nice -n 5 "$@"'

/** How /proc/self/limits names them. */
const rowByName: Readonly<Record<string, string>> = {
  ...{ nofile: 'Max open files', core: 'Max core file size', stack: 'Max stack size', nproc: 'Max processes' },
  ...{ memlock: 'Max locked memory', as: 'Max address space', msgqueue: 'Max msgqueue size' },
}
/** Whether this process has a right, by its bit: CAP_SYS_NICE is 23, CAP_SYS_RESOURCE 24. */
const hasRight = (bit: bigint): boolean => {
  const [, digits = '0'] = /^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return (BigInt(`0x${digits}`) & (1n << bit)) !== 0n
}
const skip = unlessThere('bash', 'nice') || (systemCalls().calls ? false : 'needs koffi: this was NOT tested')

test('a command has the fixed limits, niceness and OOM score, whoever started the daemon, as far as that may set them', {
  skip,
}, () => {
  const node = [process.execPath, '--input-type=module', '-e', script]
  const { stdout, stderr, status } = spawnSync('bash', ['-c', odd, 'bash', ...node], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const limitsHere = readFileSync('/proc/self/limits', 'utf8')
  const pair = (text: string, name: string): readonly (number | undefined)[] => {
    const found = new RegExp(`^${rowByName[name]} +(\\S+) +(\\S+)`, 'm').exec(text)?.slice(1) ?? []
    return found.map((value) => (value === 'unlimited' ? undefined : Number(value)))
  }
  const least = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
  for (const { name, soft, hard } of resourceLimits.filter((limit) => limit.name in rowByName)) {
    const [, bound] = pair(limitsHere, name)
    const wanted = hasRight(24n) ? [soft, hard] : [least(soft, bound), bound]
    assert.deepEqual([name, ...pair(stdout, name)], [name, ...wanted])
  }
  const found = /\n(-?\d+)\n(\d+)\n\nas before\n(-?\d+)\n(\d+)\n$/.exec(stdout)
  assert.ok(found, stdout.slice(-60))
  const [score, niceness, ownScore, ownNiceness] = found.slice(1)
  assert.deepEqual([score, niceness], [hasRight(24n) ? '0' : ownScore, hasRight(23n) ? '0' : ownNiceness])
})
