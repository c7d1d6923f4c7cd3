/** Two simulated hosts whose daemons are asked directly, as their control socket would. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Request } from '../../src/daemon/requests/shared/request.ts'
import { Cluster, type SimHost } from '../sim/cluster.ts'

export interface TwoHosts {
  readonly cluster: Cluster
  readonly alder: SimHost
  readonly birch: SimHost
  /** Types commands on alder, under one lock. */
  checkIn(...commands: readonly string[]): Promise<void>
  /** What a request gives, and its output. */
  ask<T>(host: SimHost, request: Request, body: object): Promise<{ readonly result: T; readonly output: string }>
}

export async function twoHosts(t: TestContext): Promise<TwoHosts> {
  const cluster = await Cluster.of(1, ['alder', 'birch'])
  t.after(() => cluster.end())
  const [alder, birch] = [cluster.host('alder'), cluster.host('birch')]
  return {
    ...{ cluster, alder, birch },
    checkIn: async (...commands) => {
      for (const command of ['lock because', ...commands, 'ci']) {
        assert.equal((await cluster.ask('alder', ...command.split(' '))).type, 'done', command)
      }
    },
    ask: async <T>(host: SimHost, request: Request, body: object) => {
      let output = ''
      const tell = (event: { readonly event: string; readonly bytes?: string }): undefined => {
        if (event.event === 'output') output += Buffer.from(event.bytes ?? '', 'base64').toString()
      }
      const { signal } = new AbortController()
      const result = (await cluster.clock.until(request.answer(host.parts, body, { tell, signal }))) as T
      return { result, output }
    },
  }
}
