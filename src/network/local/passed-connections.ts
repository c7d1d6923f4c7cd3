/**
 * Connections of this host's users to the package bank that the network process serves: they are handed over open, so
 * that nothing of what comes or goes on them passes the daemon.
 */
import type { BankConnections } from '../../bank/index.ts'
import type { Cancel } from '../../base/index.ts'
import { descriptorOf } from '../../machine/index.ts'
import type { HandOver } from '../file-answers.ts'
import { connectionNumber } from '../handed-over.ts'
import type { ToNetwork } from '../messages.ts'
import { WireError } from '../wire.ts'

type Socket = Parameters<BankConnections['serve']>[0]

/** The process that runs, as the daemon speaks to it. */
export interface ProcessThere {
  readonly send: (message: ToNetwork) => void
  readonly handOver?: HandOver | undefined
}

export class PassedConnections {
  readonly #onOverByNumber = new Map<number, Cancel>()
  #lastNumber = 0

  /** Passes one on, from which nothing was read; `onOver` hears when it is over, at once where nobody takes it. */
  pass(socket: Socket, onOver: Cancel, there: ProcessThere | undefined): void {
    const descriptor = descriptorOf(socket)
    this.#lastNumber += 1
    const connection = this.#lastNumber
    try {
      if (there?.handOver === undefined || descriptor === undefined) throw new Error('nobody takes it')
      there.handOver(connectionNumber(connection), [descriptor])
      there.send({ type: 'connection', connection })
      this.#onOverByNumber.set(connection, onOver)
    } catch {
      onOver()
    } finally {
      // This process's part of it: the connection lasts as long as the other one has it.
      socket.destroy()
    }
  }

  /** One has ended. WireError when there is none. */
  over(connection: number): void {
    const onOver = this.#onOverByNumber.get(connection)
    if (onOver === undefined) throw new WireError('the end of a connection that there is not')
    this.#onOverByNumber.delete(connection)
    onOver()
  }

  /** The process has ended, and with it what it served. */
  lost(): void {
    for (const connection of [...this.#onOverByNumber.keys()]) this.over(connection)
  }
}
