/**
 * `npm run rehearsal-matrix`: has commands recorded on one Debian host, rehearsed on another that differs, and then done
 * there by `isconf up`, and writes what the two said to docs/design/rehearsal-matrix.md. Needs root and debootstrap.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import type { RehearsalAnswer, RehearsedOperation } from '../../src/control/index.ts'
import { until } from '../harness/lab.ts'
import { type NetHost, NetLab } from '../harness/netns.ts'
import { debianRoot, debianScript, packageArchitecture } from './debian-lab.ts'
import { type Case, cases, makeRehearsalFiles } from './rehearsal-cases.ts'

const page = new URL('../../docs/design/rehearsal-matrix.md', import.meta.url)
const suite = 'bookworm'

interface Outcome extends Case {
  readonly verdict: RehearsedOperation['verdict']
  readonly why: string | null
  readonly isDone: boolean
}

const ends: (() => Promise<void> | void)[] = []
try {
  const outcomes: Outcome[] = []
  const [alder, birch] = await hosts()
  for (const one of cases) {
    const outcome = await outcomeOf(alder, birch, one)
    console.log(`${one.line}: ${outcome.verdict}, up ${outcome.isDone ? 'did it' : 'failed'}`)
    outcomes.push(outcome)
  }
  writeFileSync(page, pageOf(outcomes))
} finally {
  for (const end of ends.reverse()) await end()
}

async function hosts(): Promise<readonly [NetHost, NetHost]> {
  const share = mkdtempSync(join(tmpdir(), 'isconf-matrix-'))
  ends.push(() => rmSync(share, { recursive: true }))
  makeRehearsalFiles(share)
  const deb = basename(await makeDeb(share, { version: releaseVersion(), architecture: packageArchitecture() }, 'none'))
  const words = [debianRoot(suite), share]
  const kinds = ['alder', 'birch'].map((name) => ({ name, script: debianScript, words }))
  const lab = await NetLab.made({ after: (end) => void ends.push(end) }, kinds)
  const [alder, birch] = lab.hosts as [NetHost, NetHost]
  for (const host of [alder, birch]) {
    await host.types(`dpkg -i /mnt/${deb}`)
    await host.types('isconf init example.com --key - <<EOF\n12345678901234567890\nEOF')
    await host.types('isconf start')
  }
  await alder.untilConnectedTo(birch)
  return [alder, birch]
}

async function outcomeOf(alder: NetHost, birch: NetHost, one: Case): Promise<Outcome> {
  for (const line of [one.both, one.origin]) if (line !== undefined) await alder.types(line)
  for (const line of [one.both, one.target]) if (line !== undefined) await birch.types(line)
  await alder.does('lock', 'the matrix')
  await alder.types(`cd ${one.cwd ?? '/'} && isconf exec ${one.line}`)
  await alder.does('ci')
  await until(async () => (await birch.status()).pending === 1, 'birch hears of it')
  const { stdout } = await birch.run('-q', 'rehearse', '--json')
  const answer = JSON.parse(stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '') as RehearsalAnswer
  const [rehearsed] = answer.operations
  if (!rehearsed?.name) throw new Error(`nothing was rehearsed of ${one.line}`)
  const { status } = await birch.run('-q', 'up')
  if (status !== 0) {
    // What a package has left half done would decide what comes after.
    await birch.sh('dpkg --force-confold --configure -a; dpkg --remove --force-remove-reinstreq failing')
    await birch.does('skip', rehearsed.name, '-m', 'the matrix goes on')
  }
  return { ...one, verdict: rehearsed.verdict, why: rehearsed.why, isDone: status === 0 }
}

function pageOf(outcomes: readonly Outcome[]): string {
  const agrees = ({ verdict, isDone }: Outcome): boolean => (verdict === 'passes') === isDone
  const judged = outcomes.filter(({ verdict }) => verdict !== 'not judged')
  const wrong = judged.filter((one) => !agrees(one))
  const row = (one: Outcome): string => {
    const said = one.why === null ? one.verdict : `${one.verdict}: ${one.why}`
    return `| \`${one.line.replaceAll('|', '\\|')}\` | ${one.where} | ${said} | ${one.isDone ? 'did it' : 'failed'} |`
  }
  return [
    '# Rehearsed, and then done',
    '',
    'Each command was recorded on one Debian 12 and arrived on another, on which something may differ; there it was rehearsed, and then done by `isconf up`. `npm run rehearsal-matrix`, as root and with debootstrap, does so again and writes this page.',
    '',
    `Of ${outcomes.length} commands the rehearsal judged ${judged.length}, of which ${wrong.length} otherwise than \`up\`; ${outcomes.length - judged.length} it did not judge, and said why. That \`up\` did a command says that it ended with 0, not that it had the effect that was meant: of that the [warnings](warnings.md) speak.`,
    '',
    '| command | where it arrives | rehearsed | `up` |',
    '| --- | --- | --- | --- |',
    ...outcomes.map(row),
    '',
  ].join('\n')
}
