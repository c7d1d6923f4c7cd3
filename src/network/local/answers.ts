/** The daemon's side of what the network process asks for those that it serves on this host. */
import type { BankSource } from '../../bank/index.ts'
import { endIfBroken, IsconfError } from '../../base/index.ts'
import type { PeerStream } from '../../mesh/index.ts'
import { failedHead, headLine, type LocalQuestion } from './questions.ts'

/** What is answered from. */
export interface LocalSources {
  readonly bank?: BankSource | undefined
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

async function answerTo(question: LocalQuestion, signal: AbortSignal, { bank }: LocalSources): Promise<Answer> {
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
