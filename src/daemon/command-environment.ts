/** The environment of every command, the same on the origin and on every target. */
import { fixedEnvironment } from '../base/index.ts'
import { type Config, execVariable, hostVariables } from '../config/index.ts'

/**
 * A fixed few variables that programs count on, main.cf's, and where ISconf
 * itself is. Nothing comes from whoever started the daemon: a command that
 * depends on it would do different things on different hosts.
 */
export function commandEnvironment(config: Config, user: { name: string; home: string }): Record<string, string> {
  return {
    ...fixedEnvironment(user),
    ...hostVariables(config),
    // A package's script that would restart the daemon has to know that it runs inside an operation.
    [execVariable]: '1',
  }
}
