/** A host of the domain, and how its last boot ended, in words. */
import type { HostBoot, HostDeviation, HostRow } from '../control/index.ts'
import { heldBy } from './hold-text.ts'

/** What there is to know of a host in its state, in one line. */
export function reasonOf({ state, stopped, holds = [], boot, deviations, seen, connected, via }: HostRow): string {
  const parts: string[] = []
  if (stopped) parts.push(`at ${stopped.operation}${sinceText(stopped.since)}: ${stopped.why}`)
  if (state === 'boot' && boot) parts.push(bootText(boot))
  if (state === 'held') parts.push(...holds.map((one) => `${one.scope} held ${heldBy(one)}`))
  if (state === 'split')
    parts.push('`isconf branches` and `isconf status` show its lines, `isconf resolve` chooses one')
  if (state === 'differs') parts.push(deviations.map(deviationText).join(', '))
  if (!connected && state !== 'level') parts.push(seen === null ? 'never heard' : `last heard ${seen}`)
  if (via) parts.push(`connected over ${via}`)
  return parts.join('; ')
}

/** How many of its branch's operations it has done. */
export function doneText({ position, operations }: HostRow): string {
  return operations === null ? '?' : `${position ?? '?'} of ${operations}`
}

/** Since when, where that is known. */
export function sinceText(time: string | null): string {
  return time === null ? '' : ` since ${time}`
}

/** Of what only a later release tells, its own word. */
const deviationWords: Readonly<Record<string, string>> = {
  failed: 'ran and did not record',
  undone: 'keeps what was taken out of the work,',
  dropped: 'needs a rebuild: dropped',
}

/** How a host differs from its journal. */
export function deviationText({ kind, operation }: HostDeviation): string {
  return kind === 'did-void' ? `did ${operation}, now void` : `${deviationWords[kind] ?? kind} ${operation}`
}

/** How a boot ended: the level, the step that failed, since when, and with which tree. */
export function bootText({ level, since, step, why, tree, fetched }: HostBoot): string {
  const parts = [
    level,
    step === null ? '' : ` at ${step}`,
    level === 'right' || since === null ? '' : ` since ${since}`,
    tree === null ? '' : `, tree ${tree}`,
    fetched === null ? '' : ` of ${fetched}`,
    // Of a step its log on that host tells more.
    step === null && why !== null ? `: ${why}` : '',
  ]
  return parts.join('')
}
