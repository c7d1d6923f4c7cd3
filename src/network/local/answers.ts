/** The daemon's side of what the network process asks for those that it serves on this host. */
import type { BankSource } from '../../bank/index.ts'
import { type Cancel, endIfBroken, IsconfError } from '../../base/index.ts'
import type { PeerStream } from '../../mesh/index.ts'
import type { FeedListener, PageSide } from '../../page/index.ts'
import { readFrom } from './page-questions.ts'
import { failedHead, headLine, type LocalQuestion } from './questions.ts'

/** What is answered from. */
export interface LocalSources {
  readonly bank?: BankSource | undefined
  readonly page?: PageSide | undefined
}

interface Answer {
  readonly value?: unknown
  /** What comes behind it. */
  readonly bytes?: AsyncIterable<Uint8Array>
}

/** A stream that says when the other side has gone. */
export type QuestionStream = PeerStream & { readonly aborted: AbortSignal }

/** Answers on a stream. Rejects when the answer ends in the middle. */
export async function answerQuestion(
  question: LocalQuestion,
  stream: QuestionStream,
  sources: LocalSources,
): Promise<void> {
  let answer: Answer
  try {
    answer = await answerTo(question, stream.aborted, sources)
  } catch (thrown) {
    endIfBroken(thrown)
    await stream.write(headLine(failedHead(thrown)))
    return
  }
  await stream.write(headLine({ value: answer.value ?? null }))
  for await (const bytes of answer.bytes ?? []) await stream.write(bytes)
}

type BankQuestion = LocalQuestion & { readonly about: `bank ${string}` }

async function answerTo(question: LocalQuestion, signal: AbortSignal, { bank, page }: LocalSources): Promise<Answer> {
  switch (question.about) {
    case 'login':
    case 'session':
    case 'page':
    case 'events':
      return pageAnswer(question, signal, page)
    default:
      return bankAnswer(question, signal, bank)
  }
}

async function bankAnswer(question: BankQuestion, signal: AbortSignal, bank: BankSource | undefined): Promise<Answer> {
  if (bank === undefined) throw new IsconfError('NOT_IN_BANK', 'this host serves no package bank')
  switch (question.about) {
    case 'bank file':
      return { value: await bank.find(question.name ?? '') }
    case 'bank names':
      return { value: await bank.names() }
    case 'bank bytes':
      return bytesOf(bank, question, signal)
  }
}

/** Of nothing that the bank does not publish: who asks may be a process that has gone bad. */
async function bytesOf(
  bank: BankSource,
  { name, id, from, end }: LocalQuestion & { readonly about: 'bank bytes' },
  signal: AbortSignal,
): Promise<Answer> {
  const { blob, branch } = await bank.find(name)
  if (blob?.id !== id) throw new IsconfError('NOT_IN_BANK', `branch ${branch} has another file ${name} by now, or none`)
  const range = { from, end: Math.min(end, blob.sizeBytes) }
  const pieces = bank.read({ name, blob }, range, signal)
  // Whether it can be had is known with its first bytes.
  const first = await pieces.next()
  return { bytes: following(first, pieces) }
}

async function* following(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return
    yield first.value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

/** For nobody but a session that a link of the daemon's has made: who asks may be a process that has gone bad. */
async function pageAnswer(
  question: Exclude<LocalQuestion, BankQuestion>,
  signal: AbortSignal,
  page: PageSide | undefined,
): Promise<Answer> {
  if (page === undefined) throw new IsconfError('NOT_ALLOWED', 'this host serves no page')
  if (question.about === 'login') return { value: await page.open(question.secret) }
  const { session, cookies } = question
  const isIn = await page.isIn(session, cookies)
  if (question.about === 'session') return { value: isIn }
  if (!isIn) throw new IsconfError('NOT_ALLOWED', 'this session may not look')
  if (question.about === 'page') return { value: await readFrom(page.source(session, cookies), question.read) }
  return { bytes: typesOf((listener) => page.listen(session, cookies, listener), signal) }
}

/** What happens, a line each; of what nobody takes one line of each type waits. */
async function* typesOf(listen: (listener: FeedListener) => Cancel, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const waiting = new Set<string>()
  let wake: () => void = () => undefined
  const leave = listen((type) => {
    waiting.add(type)
    wake()
  })
  signal.addEventListener('abort', () => wake(), { once: true })
  try {
    while (!signal.aborted) {
      const lines = [...waiting].map((type) => `${type}\n`).join('')
      waiting.clear()
      if (lines !== '') yield Buffer.from(lines)
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    leave()
  }
}
