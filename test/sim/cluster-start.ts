/** Starting hosts of a simulated cluster again. */
import { toIsconfError } from '../../src/base/index.ts'
import type { Cluster } from './cluster.ts'
import { BrokenPromise } from './cluster-checks.ts'
import type { SimHost } from './cluster-host.ts'

/** Starts a host that is down; a broken promise when it can't. */
export async function startAgain(cluster: Cluster, host: SimHost): Promise<void> {
  try {
    await cluster.clock.until(host.start())
  } catch (thrown) {
    const { code, message } = toIsconfError(thrown)
    throw new BrokenPromise(`${host.name} does not start again: ${code}: ${message}\n${(thrown as Error).stack}`)
  }
}
