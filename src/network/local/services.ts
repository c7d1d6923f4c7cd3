/** The daemon's side of what the network process serves on this host: what it is to serve, and what it has said of it. */
import type { BankServer, BankSource } from '../../bank/index.ts'
import { IsconfError } from '../../base/index.ts'
import { bankPath } from '../../control/index.ts'
import type { PageSide } from '../../page/index.ts'
import type { FromNetwork, LocalSettings, ToNetwork } from '../messages.ts'
import { answerQuestion, type QuestionStream } from './answers.ts'
import type { LocalQuestion } from './questions.ts'

/** Answered at once: as many as all users of this host may have connections, and what a process that has gone bad can ask. */
const questionsMax = 256

type Told = FromNetwork & { readonly type: 'served' | 'not served' }
type What = Told['what']

/** The page, as another process serves it. */
export interface PageThere {
  /** `http://127.0.0.1:PORT`. WEB_ADDRESS when it can't be had now. */
  address(): string
  close(): Promise<void>
}

export class LocalServices {
  readonly #told = new Map<What, Told>()
  readonly #firstWords = { bank: Promise.withResolvers<void>(), page: Promise.withResolvers<void>() }
  #send: ((message: ToNetwork) => void) | undefined
  #settings: LocalSettings = { owner: process.geteuid?.() }
  #bank: BankSource | undefined
  #page: PageSide | undefined
  #questions = 0

  /** Has the bank served; resolves when it answers, or has found its port taken, or nobody is there to serve it. */
  async serveBank(port: number, source: BankSource): Promise<BankServer> {
    this.#bank = source
    await this.#serve('bank', { bankPort: port })
    return {
      address: () => {
        const address = this.#addressOf('bank')
        return address && `${address}${bankPath}`
      },
      warning: () => this.#whyNot('bank'),
      close: () => this.#serve('bank', { bankPort: undefined }),
    }
  }

  /** Has the page served; resolves as {@link serveBank} does. */
  async servePage(port: number, side: PageSide): Promise<PageThere> {
    this.#page = side
    await this.#serve('page', { pagePort: port })
    return {
      address: () => {
        const address = this.#addressOf('page')
        if (address !== undefined) return address
        throw new IsconfError('WEB_ADDRESS', this.#whyNot('page') ?? 'the process that serves the page has ended')
      },
      close: async () => {
        this.#page = undefined
        await this.#serve('page', { pagePort: undefined })
      },
    }
  }

  /** The socket by which the bank is served, and by which root's programs know it: its inode. */
  bankSocket(): number | undefined {
    const told = this.#told.get('bank')
    return told?.type === 'served' ? told.inode : undefined
  }

  /** A process is there, and hears what is sent. */
  begin(send: (message: ToNetwork) => void): void {
    this.#send = send
    send({ type: 'serve', ...this.#settings })
  }

  /** It has ended, and with it what it served. */
  lost(): void {
    this.#send = undefined
    this.#told.clear()
    for (const word of Object.values(this.#firstWords)) word.resolve()
  }

  hear(told: Told): void {
    this.#told.set(told.what, told)
    this.#firstWords[told.what].resolve()
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

  async #serve(what: What, change: Partial<LocalSettings>): Promise<void> {
    this.#settings = { ...this.#settings, ...change }
    this.#send?.({ type: 'serve', ...this.#settings })
    await this.#firstWords[what].promise
  }

  #addressOf(what: What): string | undefined {
    const told = this.#told.get(what)
    return told?.type === 'served' ? `http://127.0.0.1:${told.port}` : undefined
  }

  #whyNot(what: What): string | undefined {
    const told = this.#told.get(what)
    return told?.type === 'not served' ? told.text : undefined
  }
}
