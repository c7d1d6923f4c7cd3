/** The daemon's side of what the network process serves on this host: what it is to serve, and what it has said of it. */
import type { BankServer, BankSource } from '../../bank/index.ts'
import { bankPath } from '../../control/index.ts'
import type { FromNetwork, LocalSettings, ToNetwork } from '../messages.ts'
import { answerQuestion, type QuestionStream } from './answers.ts'
import type { LocalQuestion } from './questions.ts'

/** Answered at once: as many as all users of this host may have connections, and what a process that has gone bad can ask. */
const questionsMax = 256

type Told = FromNetwork & { readonly type: 'served' | 'not served' }

export class LocalServices {
  #send: ((message: ToNetwork) => void) | undefined
  #settings: LocalSettings | undefined
  #bank: BankSource | undefined
  #told: Told | undefined
  #firstWord = Promise.withResolvers<void>()
  #questions = 0

  /** Has the bank served; resolves when it answers, or has found its port taken, or nobody is there to serve it. */
  async serveBank(port: number, source: BankSource): Promise<BankServer> {
    this.#bank = source
    this.#settings = { owner: process.geteuid?.(), bankPort: port }
    this.#send?.({ type: 'serve', ...this.#settings })
    await this.#firstWord.promise
    return {
      address: () => addressOf(this.#told),
      warning: () => warningOf(this.#told),
      close: async () => {
        this.#settings = undefined
        this.#send?.({ type: 'serve', owner: undefined })
      },
    }
  }

  /** The socket by which the bank is served, and by which root's programs know it: its inode. */
  bankSocket(): number | undefined {
    return this.#told?.type === 'served' ? this.#told.inode : undefined
  }

  /** A process is there, and hears what is sent. */
  begin(send: (message: ToNetwork) => void): void {
    this.#send = send
    if (this.#settings !== undefined) send({ type: 'serve', ...this.#settings })
  }

  /** It has ended, and with it what it served. */
  lost(): void {
    this.#send = undefined
    this.#told = undefined
    this.#firstWord.resolve()
  }

  hear(told: Told): void {
    this.#told = told
    this.#firstWord.resolve()
  }

  async answer(question: LocalQuestion, stream: QuestionStream): Promise<void> {
    if (this.#questions >= questionsMax) throw new Error('too many questions at once')
    this.#questions += 1
    try {
      await answerQuestion(question, stream, { bank: this.#bank })
    } finally {
      this.#questions -= 1
    }
  }
}

function addressOf(told: Told | undefined): string | undefined {
  return told?.type === 'served' ? `http://127.0.0.1:${told.port}${bankPath}` : undefined
}

function warningOf(told: Told | undefined): string | undefined {
  return told?.type === 'not served' ? told.text : undefined
}
