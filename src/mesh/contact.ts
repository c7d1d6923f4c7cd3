/** What the connections with a peer tell about whether it hangs. */
import type { LinkEnd, Links } from './links.ts'
import type { Contact } from './liveness.ts'

interface MeasuredEnd extends LinkEnd {
  readonly heardBytes: number
  readonly roundTripMs: number | undefined
  answersPing(): Promise<boolean>
}

export function contactOver<End extends MeasuredEnd>(links: Links<End>): Contact {
  return {
    heardBytes: (peer) => links.with(peer).reduce((sum, { heardBytes }) => sum + heardBytes, 0),
    roundTripMs: (peer) => {
      const measured = links.with(peer).flatMap(({ roundTripMs }) => roundTripMs ?? [])
      return measured.length > 0 ? Math.max(...measured) : undefined
    },
    ping: (peer, onAnswer) => {
      for (const end of links.with(peer)) {
        void end.answersPing().then((isAnswered) => {
          if (isAnswered) onAnswer()
        })
      }
    },
  }
}
