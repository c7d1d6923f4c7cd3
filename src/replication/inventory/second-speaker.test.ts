import assert from 'node:assert/strict'
import test from 'node:test'
import { SecondSpeaker } from './second-speaker.ts'

/** One process that says records with a key; which is what, tells the text alone. */
class Process {
  readonly #speaker = new SecondSpeaker()
  readonly #name: string
  #count = 0
  proofs = 0

  constructor(name: string) {
    this.#name = name
  }

  say(): readonly [string, string | undefined] {
    const { follows } = this.#speaker
    this.#count += 1
    const said = `${this.#name} ${this.#count} ${follows}`
    if (follows !== undefined) this.#speaker.answered(said)
    return [said, follows]
  }

  /** What it says to that; undefined when it leaves it at that. */
  hear([said, follows]: readonly [string, string | undefined]): readonly [string, string | undefined] | undefined {
    const { isProof, isToAnswer } = this.#speaker.heard(said, follows)
    if (isProof) this.proofs += 1
    return isToAnswer ? this.say() : undefined
  }
}

test('two processes with one key both come to know of each other, and then leave it at that', () => {
  const [original, copy] = [new Process('original'), new Process('copy')]
  let word: readonly [string, string | undefined] | undefined = original.say()
  for (let turn = 0; word !== undefined; turn += 1) {
    assert.ok(turn < 10, 'it comes to an end')
    word = (turn % 2 === 0 ? copy : original).hear(word)
  }
  assert.deepEqual([original.proofs, copy.proofs], [1, 1])
})

test('what earlier processes of this host said proves nothing, however much comes late, and in whatever order', () => {
  const [first, second, now] = [new Process('first'), new Process('second'), new Process('now')]
  const words = [first.say(), first.say()]
  const third = second.hear(words[1]!)
  words.push(third!, second.say())
  for (const word of [...words, ...words.toReversed()]) assert.ok(now.hear(word))
  assert.equal(now.proofs, 0)
})
