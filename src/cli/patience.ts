/** On a screen, that something is waited for: whatever takes longer than a second says so, until it says more. */
import type { Client, EventListener } from '../control/index.ts'
import type { Terminal } from '../terminal/index.ts'

export interface Patience {
  readonly terminal: Terminal
  readonly sleep: (delayMs: number) => Promise<void>
  /** With `quiet` nothing is shown. */
  readonly flags: { readonly quiet: boolean }
}

const everyMs = 1_000

/** The same client; who waits for an answer is shown for how long, in a line that moves. */
export function patientClient(client: Client, verb: string, patience: Patience): Client {
  return {
    ...client,
    get: (path) => patiently(verb, patience, () => client.get(path)),
    text: (path) => patiently(verb, patience, () => client.text(path)),
    post: (path, body, onEvent) =>
      patiently(verb, patience, (heard) => {
        const listener: EventListener = (event) => {
          heard()
          onEvent(event)
        }
        return client.post(path, body, listener)
      }),
  }
}

/** Does the work, and shows for how long, until that is done or has called what it is given. */
export async function patiently<T>(
  verb: string,
  { terminal, sleep, flags }: Patience,
  work: (heard: () => void) => Promise<T>,
): Promise<T> {
  let isHeard = false
  let isShown = false
  const heard = (): void => {
    isHeard = true
    // What comes may be no line of its own, and what was shown would stay.
    if (isShown) terminal.move?.('')
    isShown = false
  }
  const show = async (): Promise<void> => {
    for (let seconds = 1; ; seconds += 1) {
      await sleep(everyMs)
      if (isHeard || !terminal.move?.(`isconf: ${verb}: ${seconds} s`)) return
      isShown = true
    }
  }
  if (terminal.move && !flags.quiet) void show()
  try {
    return await work(heard)
  } finally {
    heard()
  }
}
