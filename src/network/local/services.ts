/** The daemon's side of what the network process serves on this host: what it is to serve, and what it has said of it. */
import { type BankConnections, type BankSource, bankConnections } from '../../bank/index.ts'
import { IsconfError, type Log } from '../../base/index.ts'
import { systemCalls } from '../../machine/index.ts'
import type { PageSide } from '../../page/index.ts'
import type { FromNetwork, LocalSettings } from '../messages.ts'
import { answerQuestion, type QuestionStream } from './answers.ts'
import { PassedConnections, type ProcessThere } from './passed-connections.ts'
import type { LocalQuestion } from './questions.ts'

/** Answered at once: as many as all users of this host may have connections, and what a process that has gone bad can ask. */
const questionsMax = 256

type ToldOfPage = FromNetwork & { readonly type: `page ${string}` }

/** The page, as another process serves it. */
export interface PageThere {
  /** `http://127.0.0.1:PORT`. WEB_ADDRESS when it can't be had now. */
  address(): string
  close(): Promise<void>
}

export class LocalServices {
  /** To the package bank. */
  readonly connections = new PassedConnections()
  readonly #firstWord = Promise.withResolvers<void>()
  #told: ToldOfPage | undefined
  #there: ProcessThere | undefined
  #settings: LocalSettings = { owner: process.geteuid?.() }
  #bank: BankSource | undefined
  #page: PageSide | undefined
  #questions = 0

  /**
   * Serves the bank: here to root's programs, and those of the user whose daemon it is, because what they install must
   * not depend on the network process; to all others there. Whose nobody knows may be root's, and is served by neither.
   * Where nothing can be handed over, it is served here to all.
   */
  bankConnections(source: BankSource, log: Log): BankConnections {
    this.#bank = source
    const here = bankConnections({ source, log })
    if (systemCalls().calls === undefined) return here
    return {
      ...here,
      serve: (socket, admitted) => {
        if (admitted.isOwn) here.serve(socket, admitted)
        else this.connections.pass(socket, admitted.leave, admitted.isOwn === false ? this.#there : undefined)
      },
    }
  }

  /** Has the page served; resolves when it answers, or can't be served, or nobody is there to serve it. */
  async servePage(port: number, side: PageSide): Promise<PageThere> {
    this.#page = side
    this.#serve({ pagePort: port })
    await this.#firstWord.promise
    return {
      address: () => {
        if (this.#told?.type === 'page served') return `http://127.0.0.1:${this.#told.port}`
        throw new IsconfError('WEB_ADDRESS', this.#told?.text ?? 'the process that serves the page has ended')
      },
      close: async () => {
        this.#page = undefined
        this.#serve({ pagePort: undefined })
      },
    }
  }

  /** A process is there. */
  begin(there: ProcessThere): void {
    this.#there = there
    there.send({ type: 'serve', ...this.#settings })
  }

  /** It has ended, and with it what it served. */
  lost(): void {
    this.#there = undefined
    this.#told = undefined
    this.#firstWord.resolve()
    this.connections.lost()
  }

  hear(told: ToldOfPage): void {
    this.#told = told
    this.#firstWord.resolve()
  }

  async answer(question: LocalQuestion, stream: QuestionStream): Promise<void> {
    if (this.#questions >= questionsMax) throw new Error('too many questions at once')
    this.#questions += 1
    try {
      await answerQuestion(question, stream, { bank: this.#bank, page: this.#page })
    } finally {
      this.#questions -= 1
    }
  }

  #serve(change: Partial<LocalSettings>): void {
    this.#settings = { ...this.#settings, ...change }
    this.#there?.send({ type: 'serve', ...this.#settings })
  }
}
