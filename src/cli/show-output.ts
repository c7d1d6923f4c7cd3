/** Shows what an operation wrote, here or on another host. */
import type { OutputAnswer } from '../control/index.ts'
import { withQuery } from './query.ts'
import type { VerbContext } from './verb.ts'

/** Writes each stream to its own, as text, so that nothing in it moves the cursor. Returns the exit status. */
export async function showOutput(
  { client, terminal, say }: VerbContext,
  query: { readonly operation?: string | undefined; readonly host?: string | undefined },
  json: boolean,
): Promise<number> {
  const answer = (await client.get(withQuery('/v1/output', { ...query }))) as OutputAnswer
  const { host, operation, time, stdout, stderr, cutBytes } = answer
  if (json) {
    terminal.out(`${JSON.stringify(answer)}\n`)
    return 0
  }
  const cut = cutBytes.stdout + cutBytes.stderr
  say(`what ${operation} wrote on ${host}, until ${time}${cut === 0 ? '' : `; ${cut} bytes before it are not kept`}`)
  terminal.out(stdout)
  terminal.err(stderr)
  return 0
}
