/** The channel of the domain gate's conversation, without latency. */
import type { Wire } from '../../src/mesh/admission.ts'

/** What is sent on one is read from the other. */
export function joinedWires(): readonly [Wire, Wire] {
  const inboxes = [inbox(), inbox()] as const
  const wire = (mine: 0 | 1, theirs: 0 | 1): Wire => ({
    send: async (bytes) => inboxes[theirs].push(bytes),
    read: (length) => inboxes[mine].read(length),
  })
  return [wire(0, 1), wire(1, 0)]
}

function inbox() {
  let bytes: Uint8Array = new Uint8Array(0)
  let wake = (): void => undefined
  return {
    push: (more: Uint8Array): void => {
      bytes = Buffer.concat([bytes, more])
      wake()
    },
    read: async (length: number): Promise<Uint8Array> => {
      while (bytes.length < length) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const read = bytes.subarray(0, length)
      bytes = bytes.subarray(length)
      return read
    },
  }
}
