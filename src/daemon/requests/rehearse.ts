import * as z from 'zod'
import { IsconfError } from '../../base/index.ts'
import type { RehearsalAnswer, RehearseBody } from '../../control/index.ts'
import { describeOperation, type ExecOperation, type Operation } from '../../journal/index.ts'
import type { Rehearsed } from '../../rehearsal/index.ts'
import { blobToInstall, pendingOperations } from '../../replay/index.ts'
import { rehearseElsewhere } from '../rehearsal-elsewhere.ts'
import { type RehearsalListener, requireRehearsals } from '../rehearsals.ts'
import { workTakenBack } from '../taken-back.ts'
import { cwd, user } from './shared/input.ts'
import { outputTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { type RequestContext, request } from './shared/request.ts'
import { type UpParts, upDeps, upOptions } from './shared/up-limits.ts'

export type RehearsalParts = UpParts &
  Pick<Parts, 'work' | 'identity' | 'rehearsals' | 'origin' | 'replicator' | 'transport'>

export const rehearseRequest = request({
  name: 'rehearse',
  kind: 'change',
  result:
    '`branch`, `host`; `of`: `work`, `pending` or `command`; `operations` (`number`, `name` or null, `text`, `verdict`: ' +
    '`passes`, `fails`, `fails again`, `not judged` or `not reached`; `status`, `why`); what commands write is `output`',
  input: z.strictObject({
    user,
    cwd,
    net: z.boolean().optional().describe("commands see the host's network"),
    on: z.string().min(1).optional().describe('the host to rehearse the work on, by name or id, if not this one'),
    argv: z.array(z.string()).min(1).optional().describe('a command that is not done yet, in place of the work'),
  }) satisfies z.ZodType<RehearseBody>,
  run: async (parts: RehearsalParts, body, context): Promise<RehearsalAnswer> =>
    body.on !== undefined
      ? rehearseOn(parts, { ...body, on: body.on }, context)
      : body.argv
        ? rehearseCommand(parts, { ...body, argv: body.argv }, context)
        : parts.work.operations.length > 0
          ? rehearseWork(parts, body.net === true, context)
          : rehearsePending(parts, body.net === true, context),
})

/** The work in progress, on this host as it was before it as far as that is known. */
async function rehearseWork(
  parts: RehearsalParts,
  withNetwork: boolean,
  context: RequestContext,
): Promise<RehearsalAnswer> {
  const { branch, work } = parts
  const operations = work.operations.map((operation) => ({ name: null, text: describeOperation(operation), operation }))
  const takenBack = await workTakenBack(branch, work.operations)
  return rehearsed(parts, { of: 'work', operations, takenBack, withNetwork }, context)
}

/** The work in progress, on another host, where nobody has done it yet. */
async function rehearseOn(
  parts: RehearsalParts,
  { on, user, argv, net }: RehearseBody & { readonly on: string },
  { tell, signal }: RequestContext,
): Promise<RehearsalAnswer> {
  if (argv) throw new IsconfError('USAGE', 'another host rehearses the work in progress, and no other command')
  const { branch, work } = parts
  const texts = work.operations.map(describeOperation)
  const listener = listenerOf(tell, texts)
  const { host, verdicts } = await rehearseElsewhere(parts, { on, user, withNetwork: net === true }, listener, signal)
  const operations = verdicts.map((verdict, index) => ({ ...verdict, name: null, text: texts[index] ?? '' }))
  return { branch: branch.name, host, of: 'work', operations }
}

async function rehearsePending(
  parts: RehearsalParts,
  withNetwork: boolean,
  context: RequestContext,
): Promise<RehearsalAnswer> {
  const operations = await pendingOperations(parts, await upOptions(parts, { reboot: true }))
  return rehearsed(parts, { of: 'pending', operations, takenBack: [], withNetwork }, context)
}

function rehearseCommand(
  parts: RehearsalParts,
  { argv, cwd: directory, net }: RehearseBody & { readonly argv: readonly string[] },
  context: RequestContext,
): Promise<RehearsalAnswer> {
  const operation: ExecOperation = {
    type: 'exec',
    argv: [...argv],
    cwd: parts.machine.journalPath('.', directory),
    env: {},
  }
  const operations = [{ name: null, text: describeOperation(operation), operation }]
  return rehearsed(parts, { of: 'command', operations, takenBack: [], withNetwork: net === true }, context)
}

interface ToRehearse {
  readonly of: RehearsalAnswer['of']
  readonly operations: readonly { readonly name: string | null; readonly text: string; readonly operation: Operation }[]
  readonly takenBack: Awaited<ReturnType<typeof workTakenBack>>
  readonly withNetwork: boolean
}

async function rehearsed(
  parts: RehearsalParts,
  { of, operations, takenBack, withNetwork }: ToRehearse,
  { tell, signal }: RequestContext,
): Promise<RehearsalAnswer> {
  const { branch, identity, rehearsals, store } = parts
  // The host stands still while it is rehearsed on: all that is needed is here before.
  const { fetchBlob } = upDeps(parts, tell)
  for (const { operation } of operations) {
    const blob = blobToInstall(operation)
    if (blob && !store.has(blob.id)) await fetchBlob(blob, signal)
  }
  const total = operations.length
  const verdicts: readonly Rehearsed[] =
    total === 0
      ? []
      : await requireRehearsals(rehearsals).run(
          { operations: operations.map(({ operation }) => operation), takenBack, withNetwork, again: of === 'work' },
          listenerOf(
            tell,
            operations.map(({ text }) => text),
          ),
          signal,
        )
  return {
    ...{ branch: branch.name, host: identity.host, of },
    operations: verdicts.map((verdict, index) => ({
      ...verdict,
      name: operations[index]?.name ?? null,
      text: operations[index]?.text ?? '',
    })),
  }
}

function listenerOf(tell: RequestContext['tell'], texts: readonly string[]): RehearsalListener {
  return {
    begun: (index) =>
      void tell({
        event: 'progress',
        text: `rehearsing ${index + 1}/${texts.length} ${texts[index] ?? ''}`,
        step: true,
      }),
    remark: (text) => void tell({ event: 'remark', text }),
    output: outputTo(tell),
  }
}
