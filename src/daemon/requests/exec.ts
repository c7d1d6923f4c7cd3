import * as z from 'zod'
import type { ExecBody } from '../../control/index.ts'
import { describeOperation, type ExecOperation } from '../../journal/index.ts'
import { exec, failedBefore } from '../../origin/index.ts'
import type { Warning } from '../../warnings/index.ts'
import { logged } from '../logging/logged-work.ts'
import { warningTexts } from '../work-warnings.ts'
import { cwd, user } from './shared/input.ts'
import { commandTo } from './shared/output.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const execRequest = request({
  name: 'exec',
  kind: 'change',
  result: 'null; what the command writes is its `output`',
  input: z.strictObject({
    user,
    cwd,
    argv: z.array(z.string()).min(1),
    env: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string())
      .optional()
      .describe('variables to record'),
  }) satisfies z.ZodType<ExecBody>,
  run: async (
    {
      origin,
      log,
      work,
      warnings,
      branch,
      store,
      replicator,
    }: Pick<Parts, 'origin' | 'log' | 'work' | 'warnings' | 'branch' | 'store' | 'replicator'>,
    body,
    { tell, signal },
  ): Promise<null> => {
    const deps = origin()
    const { argv, env = {} } = body
    const operation: ExecOperation = { type: 'exec', argv, cwd: deps.machine.journalPath('.', body.cwd), env }
    const text = describeOperation(operation)
    const say = (all: readonly Warning[]): void => {
      for (const one of all) for (const line of warningTexts(text, one)) void tell({ event: 'remark', text: line })
    }
    const done = (): Parameters<typeof warnings.ofWork>[0] => ({ branch, store, operations: work.operations })
    // What is there before the command runs is not what it has made.
    const before = await warnings.beforeCommand(done(), operation)
    const begunMs = deps.clock.wallMs()
    try {
      await logged(log, text, () => exec(deps, body, commandTo(tell), signal))
    } catch (thrown) {
      // The others show that this host differs; nobody waits for them.
      void replicator.exchangeAll()
      throw thrown
    }
    const failed = failedBefore(deps, operation)
    if (failed !== undefined) void tell({ event: 'remark', text: failed })
    say(await warnings.afterCommand(done(), before, begunMs))
    return null
  },
})
