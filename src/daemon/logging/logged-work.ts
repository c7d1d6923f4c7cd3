/** The daemon's log has what was done here, also when nobody looks at the command line that asked for it. */
import { type Log, toIsconfError } from '../../base/index.ts'

/** Does `work`: a line of the log when it begins, and one when it has ended or failed. */
export async function logged<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  log.info({}, `${what}: begun`)
  const result = await work().catch((thrown: unknown) => {
    logFailure(log, what, thrown)
    throw thrown
  })
  log.info({ status: 0 }, `${what}: finished with exit status 0`)
  return result
}

/** One line for a failure that the person at the command line is told, too. */
export function logFailure(log: Log, what: string, thrown: unknown): void {
  const { code, message, exit } = toIsconfError(thrown)
  // That is logged where it is caught, with its stack.
  if (code !== 'UNEXPECTED') log.error({ code, status: exit }, `${what}: ${message}`)
}
