import { endIfBroken } from '../base/index.ts'
import type { ChannelStream } from './channel-stream.ts'

/** Has a stream that the other side has opened served, to its end or its abort. */
export async function serveStream(stream: ChannelStream, serve: (one: ChannelStream) => Promise<void>): Promise<void> {
  try {
    await serve(stream)
    await stream.release()
  } catch (error) {
    endIfBroken(error)
    stream.abort(error as Error)
  }
}
