/** Whatever needs something: what is needed stands before what needs it. */

interface Visit {
  readonly name: string
  readonly needs: Iterator<string>
}

/**
 * `goals` and all that they need, each once, in the order in which make comes to them. Where something needs itself,
 * over whatever detour, `onCircle` is told the way, and the need does not count.
 */
export function* needsFirst(
  goals: Iterable<string>,
  needsOf: (name: string) => readonly string[],
  onCircle: (way: readonly string[]) => void = () => undefined,
): Generator<string> {
  const seen = new Set<string>()
  // Not by functions that call themselves: a chain of needs may be longer than their stack.
  const way: Visit[] = []
  const onWay = new Set<string>()
  const enter = (name: string): void => {
    if (onWay.has(name))
      onCircle([...way.map((visit) => visit.name).slice(way.findIndex((one) => one.name === name)), name])
    if (seen.has(name)) return
    seen.add(name)
    onWay.add(name)
    way.push({ name, needs: needsOf(name).values() })
  }
  for (const goal of goals) {
    enter(goal)
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const need = last.needs.next()
      if (!need.done) enter(need.value)
      else {
        way.pop()
        onWay.delete(last.name)
        yield last.name
      }
    }
  }
}
